/** Starts the page. */
import { mount } from "svelte";
import App from "./App.svelte";
import { connect } from "./core/client";
import "./style/tokens.css";
import "./style/base.css";
import { currentTheme, showTheme } from "./theme";

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no element with the id “app”.");

// Before anything is drawn, so that nothing flashes.
showTheme(currentTheme());
mount(App, { target, props: { core: connect() } });
