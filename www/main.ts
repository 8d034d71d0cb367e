/** Starts the page. */
import { mount } from "svelte";
import App from "./App.svelte";
import { connect } from "./core/client";
import { Session } from "./session/session.svelte";
import "./style/tokens.css";
import "./style/base.css";
import { loadText } from "./text/language";
import { currentTheme, showTheme } from "./theme";

const target = document.getElementById("app");
const failure = document.querySelector<HTMLTemplateElement>("#no-text");
if (!target || !failure) throw new Error("index.html lacks #app or #no-text");

// Before anything is drawn, so that nothing flashes.
showTheme(currentTheme());
try {
  await loadText();
  // Its work may outlast whatever shows it, so it is not made by a component.
  const session = new Session(connect());
  mount(App, { target, props: { session } });
  void session.start(location.hash);
} catch (error) {
  // There is no catalog to say it with, so the sentence is built into index.html.
  target.append(failure.content);
  throw error;
}
