/** Starts the page. */
import { mount } from "svelte";
import App from "./App.svelte";
import { connect } from "./core/client";
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
  mount(App, { target, props: { core: connect() } });
} catch (error) {
  // There is no catalog to say it with, so the sentence is built into index.html.
  target.append(failure.content);
  throw error;
}
