/** Lets tests of the page read the gallery, which the page fetches before it starts. */
import { readFileSync } from "node:fs";
import { speak } from "../../www/text";

speak([{ name: "en", source: readFileSync("text/en.ftl", "utf8") }]);
