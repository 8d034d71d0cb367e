/** What there is to say of a layer, for the tooltip and for screen readers. */
import type { LayerCut, LayerInfo, ModelSummary } from "../../core/protocol";
import * as format from "../../format";
import { text, type Value } from "../../text";

/** What kind of layer it is, in words. */
export function kindName({ kind }: LayerInfo): string {
  switch (kind) {
    case "depthwise":
      return text("page-network-kind-depthwise");
    case "pointwise":
      return text("page-network-kind-pointwise");
    case "grouped":
      return text("page-network-kind-grouped");
    case "transposed":
      return text("page-network-kind-transposed");
    case "linear":
      return text("page-network-kind-linear");
    case "recurrent":
      return text("page-network-kind-recurrent");
    default:
      return text("page-network-kind-convolution");
  }
}

/** Names that share the layer's output channels, without its own. */
export function companions(summary: ModelSummary, layer: LayerInfo): string[] {
  const group = summary.groups.find(({ id }) => id === layer.group);
  return (group?.layers ?? []).filter((id) => id !== layer.id).map((id) => summary.layers[id]?.name ?? String(id));
}

/** Lines of facts; the first is what the layer is. */
export function facts(summary: ModelSummary, layer: LayerInfo, cut: LayerCut | undefined): string[] {
  const lines = [
    text("page-network-channels", { kind: kindName(layer), in: layer.channelsIn, out: layer.channelsOut }),
    text("page-network-size", { macs: format.count(layer.macs), parameters: format.count(layer.parameters) }),
  ];
  if (isBypassed(cut)) {
    lines.push(text("page-network-bypassed"));
  } else if (cut && isTouched(layer, cut)) {
    lines.push(
      text("page-network-size-after", {
        in: cut.channelsIn,
        out: cut.channelsOut,
        macs: format.count(cut.macs),
        change: format.change(layer.macs, cut.macs),
        nonzeros: format.count(cut.nonzeros),
      }),
    );
  }
  const others = companions(summary, layer);
  if (others.length > 0) lines.push(text("page-network-coupled", { layers: listed(others) }));
  if (layer.kept) lines.push(text("page-cut-layer-kept", { reason: layer.kept }));
  return lines;
}

/** Whether the layer went with its branch. */
export function isBypassed(cut: LayerCut | undefined): boolean {
  return cut?.channelsOut === 0;
}

function isTouched(layer: LayerInfo, cut: LayerCut): boolean {
  return (
    cut.channelsIn !== layer.channelsIn || cut.channelsOut !== layer.channelsOut || cut.nonzeros !== layer.nonzeros
  );
}

function listed(names: readonly string[]): Value[] {
  const MOST = 3;
  const rest = names.length - MOST;
  return rest > 0 ? [...names.slice(0, MOST), text("page-network-others", { count: rest })] : [...names];
}
