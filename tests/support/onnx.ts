/** Small ONNX files, written field by field (onnx.proto of the ONNX specification), so that tests can make invalid ones. */

type Bytes = number[];

function varint(value: number): Bytes {
  const bytes: Bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

const text = (words: string): Bytes => [...new TextEncoder().encode(words)];
const int = (field: number, value: number): Bytes => [...varint(field * 8), ...varint(value)];
const part = (field: number, content: Bytes): Bytes => [
  ...varint(field * 8 + 2),
  ...varint(content.length),
  ...content,
];

/** An integer attribute, or a list of integers. */
export function attribute(name: string, value: number | number[]): Bytes {
  if (typeof value === "number") return [...part(1, text(name)), ...int(3, value), ...int(20, 2)];
  return [...part(1, text(name)), ...value.flatMap((item) => int(8, item)), ...int(20, 7)];
}

export function node(op: string, inputs: string[], outputs: string[], attributes: Bytes[] = [], domain = ""): Bytes {
  return part(1, [
    ...inputs.flatMap((name) => part(1, text(name))),
    ...outputs.flatMap((name) => part(2, text(name))),
    ...part(4, text(op)),
    ...attributes.flatMap((encoded) => part(5, encoded)),
    ...(domain === "" ? [] : part(7, text(domain))),
  ]);
}

/** Element types, as ONNX numbers them. */
export const FLOAT = 1;
export const FLOAT16 = 10;

/** A stored tensor of floats. */
export function weights(name: string, dims: number[], at: (index: number) => number, type = FLOAT): Bytes {
  const count = dims.reduce((product, dim) => product * dim, 1);
  const values = Float32Array.from({ length: count }, (_, index) => at(index));
  const raw = new Uint8Array(type === FLOAT16 ? Uint16Array.from(values, halfOf).buffer : values.buffer);
  return part(5, [
    ...dims.flatMap((dim) => int(1, dim)),
    ...int(2, type),
    ...part(8, text(name)),
    ...part(9, [...raw]),
  ]);
}

/** The bits of a number in half precision, truncated after ten binary places; for magnitudes from 2⁻¹⁴ up to 2. */
function halfOf(value: number): number {
  const size = Math.abs(value);
  if (size < 2 ** -14) return 0;
  const exponent = Math.floor(Math.log2(size));
  const places = Math.floor((size / 2 ** exponent - 1) * 1024);
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | places;
}

/** A stored tensor that claims to have its elements in another file. */
export function outside(name: string, dims: number[], file: string): Bytes {
  const entry = part(13, [...part(1, text("location")), ...part(2, text(file))]);
  return part(5, [
    ...dims.flatMap((dim) => int(1, dim)),
    ...int(2, 1),
    ...part(8, text(name)),
    ...entry,
    ...int(14, 1),
  ]);
}

function info(name: string, dims: (number | string)[], type: number): Bytes {
  const shape = dims.flatMap((dim) => part(1, typeof dim === "number" ? int(1, dim) : part(2, text(dim))));
  return [...part(1, text(name)), ...part(2, part(1, [...int(1, type), ...part(2, shape)]))];
}

export const input = (name: string, dims: (number | string)[], type = FLOAT): Bytes => part(11, info(name, dims, type));
export const output = (name: string, dims: (number | string)[], type = FLOAT): Bytes =>
  part(12, info(name, dims, type));
/** The shape of a value in the middle of the graph, which an unknown operator makes. */
export const stated = (name: string, dims: (number | string)[]): Bytes => part(13, info(name, dims, FLOAT));

/** A model of one graph, with operator set 17 and ONNX Runtime's own operators. */
export function model(...graph: Bytes[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array([
    ...int(1, 8),
    ...part(7, [...part(2, text("test")), ...graph.flat()]),
    ...part(8, int(2, 17)),
    ...part(8, [...part(1, text("com.microsoft")), ...int(2, 1)]),
  ]);
}

/** Numbers from −1 to 1, without a pattern that could mislead a test. */
export const spread = (index: number): number => Math.sin(index * 12.9898) * 0.9;
