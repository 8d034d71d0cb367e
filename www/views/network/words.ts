/** A layer in words, for the tooltip and for screen readers. */
import type { LayerCut, LayerInfo, ModelSummary } from "../../core/protocol";
import * as format from "../../format";

/** Names that share the layer's output channels, without its own. */
export function companions(summary: ModelSummary, layer: LayerInfo): string[] {
  const group = summary.groups.find(({ id }) => id === layer.group);
  return (group?.layers ?? []).filter((id) => id !== layer.id).map((id) => summary.layers[id]?.name ?? `layer ${id}`);
}

/** Lines of facts; the first is what the layer is. */
export function facts(summary: ModelSummary, layer: LayerInfo, cut: LayerCut | undefined): string[] {
  const lines = [
    `${layer.kind}, ${layer.channelsIn} → ${layer.channelsOut} channels`,
    `${format.count(layer.macs)} multiply-adds, ${format.count(layer.parameters)} parameters`,
  ];
  if (cut && isTouched(layer, cut)) {
    lines.push(
      `after the cut: ${cut.channelsIn} → ${cut.channelsOut} channels, ${format.count(cut.macs)} multiply-adds ` +
        `(${format.change(layer.macs, cut.macs)}), ${format.count(cut.nonzeros)} weights that are not zero`,
    );
  }
  const others = companions(summary, layer);
  if (others.length > 0) lines.push(`loses channels together with ${listed(others)}`);
  if (layer.kept) lines.push(`kept whole: ${layer.kept}`);
  return lines;
}

function isTouched(layer: LayerInfo, cut: LayerCut): boolean {
  return (
    cut.channelsIn !== layer.channelsIn || cut.channelsOut !== layer.channelsOut || cut.nonzeros !== layer.nonzeros
  );
}

function listed(names: readonly string[]): string {
  const MOST = 3;
  const rest = names.length - MOST;
  return names.slice(0, MOST).join(", ") + (rest > 0 ? ` and ${format.plural(rest, "other")}` : "");
}
