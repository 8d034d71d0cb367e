import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { FluentBundle, FluentResource } from "@fluent/bundle";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** ONNX Runtime Web is by far the largest file and loads only when asked for: it stands apart, in ort/. */
function assetFileNames({ names }: { names: string[] }): string {
  const folder = names.some((name) => name.startsWith("ort-")) ? "ort" : "assets";
  return `${folder}/[name]-[hash][extname]`;
}

/** Writes what index.html says before the page can fetch its text: {{key}} is an entry of text/en.ftl. */
function textInHtml(): Plugin {
  return {
    name: "text-in-html",
    transformIndexHtml(html) {
      const english = new FluentBundle("en");
      english.addResource(new FluentResource(readFileSync("text/en.ftl", "utf8")));
      return html.replace(/\{\{([\w-]+)\}\}/g, (_, key: string) => {
        const pattern = english.getMessage(key)?.value;
        if (!pattern) throw new Error(`index.html: text/en.ftl has no “${key}”`);
        return english.formatPattern(pattern);
      });
    },
  };
}

/**
 * The script that all workers share runs once in each: no other script may import it. Its address there would lack the fragment
 * that names the worker's role, so that it would run a second time and answer every call twice.
 */
function importedByNone(): Plugin {
  return {
    name: "imported-by-none",
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
      const entries = new Set(chunks.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName));
      for (const { fileName, imports } of chunks)
        if (imports.some((name) => entries.has(name)))
          throw new Error(`${fileName} imports the script of all workers, which would run a second time`);
    },
  };
}

export default defineConfig({
  // Relative addresses, so that dist/ works under any path of any host.
  base: "./",
  publicDir: "www/public",
  plugins: [svelte(), svelteTesting(), textInHtml()],
  build: {
    target: "es2023",
    // Every file is fetched from our own origin by its name: nothing is inlined as a data: address.
    assetsInlineLimit: 0,
    rollupOptions: { output: { assetFileNames } },
  },
  worker: {
    format: "es",
    plugins: () => [importedByNone()],
    // What answers calls has a file of its own: parts need some of it, too.
    rollupOptions: {
      output: { assetFileNames, manualChunks: (id) => (/core.serve\.ts$|comlink/.test(id) ? "serve" : undefined) },
    },
  },
  // Pre-bundling would part ONNX Runtime's script from the WebAssembly file that it looks for beside itself.
  optimizeDeps: { exclude: ["onnxruntime-web"] },
  server: { host: "127.0.0.1", watch: { ignored: ["**/target/**", "**/.tools/**", "**/dist/**"] } },
  test: {
    include: ["www/**/*.test.ts"],
    environment: "jsdom",
    setupFiles: ["tests/page/text.ts"],
    // A busy machine is slow, and no test here is about time.
    testTimeout: 30_000,
  },
});
