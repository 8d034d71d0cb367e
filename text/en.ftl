# Everything that a person reads, in English. Each language is a file of its own beside this one.
#
# Keys say where a sentence stands: page-<panel>-… on the page, command-… and help-… in the terminal, error-…, warning-…,
# note-…, reason-… in what the core says to both, term-… in the glossary, unit-… behind a number.
# Write “ ” around what a person typed or named, − before a negative number, and a non-breaking space before % and units.

## A plain sentence, until every sentence of the core is an entry of its own

plain = { $text }

## Units

unit-none = { $value }
unit-thousand = { $value } k
unit-million = { $value } M
unit-billion = { $value } G
unit-trillion = { $value } T
unit-bytes = { $value } B
unit-kilobytes = { $value } kB
unit-megabytes = { $value } MB
unit-gigabytes = { $value } GB
unit-terabytes = { $value } TB
unit-percent = { $value } %
unit-milliseconds = { $value } ms
unit-seconds = { $value } s
unit-minutes = { $value } min
unit-less-than = < { $value }
unit-about = ≈ { $value }
unit-increase = +{ $value }
unit-decrease = −{ $value }
unit-no-change = ±{ $value }

## Page: before it starts

page-start-title = Secateur
page-start-description = Make a neural network smaller and faster, in your browser.
page-start-no-script = Secateur runs in your browser, so it needs JavaScript and WebAssembly.
page-start-no-text = Secateur could not load its text. Check your connection and reload the page.

## Page: everywhere

page-retry = Try again
page-cancel = Cancel
page-dismiss = Dismiss
page-open-model-first = Open a model first.
page-photos = { $count ->
    [one] { $count } photo
   *[other] { $count } photos
}
page-quantity-macs = Multiply-adds
page-quantity-parameters = Parameters
page-quantity-nonzeros = Non-zero parameters
page-quantity-activations = Activation memory
page-quantity-file = ONNX file

## Page: Cut

page-cut-title = Cut
page-cut-lead = Move the slider. The least important parts of the network are removed first, and everything else on this page follows.
page-cut-empty = Open a model to begin:
page-cut-empty-cut = Prune the network and watch it get thinner.
page-cut-empty-compare = Compare the original and the pruned model on photos.
page-cut-empty-recover = Recover the accuracy that pruning cost.
page-cut-empty-export = Export a smaller ONNX file that runs anywhere.

page-cut-granularity = What to remove
page-cut-channels = Channels
page-cut-channels-about = Removes whole channels. The network gets smaller, and faster on any hardware.
page-cut-weights = Weights
page-cut-weights-about = Sets single weights to zero, wherever they are.
page-cut-pattern = N:M
page-cut-pattern-about = Keeps only N of every M weights in a row. Some hardware runs this pattern faster.
page-cut-pattern-keep = Or keep
page-cut-pattern-of = of every
page-cut-pattern-no-slider = The pattern sets how much is removed, so there is no slider.
page-cut-blocks = Blocks
page-cut-blocks-about = Sets rectangular blocks of weights to zero.
page-cut-block-rows = Rows
page-cut-block-columns = Columns

page-cut-keep-macs = keep { $share } of the multiply-adds
page-cut-keep-parameters = keep { $share } of the parameters
page-cut-keep-bytes = keep { $share } of the file size
page-cut-remove = remove { $share }
page-cut-target = Reduce
page-cut-target-macs = multiply-adds
page-cut-target-parameters = parameters
page-cut-target-bytes = file size
page-cut-target-sparsity = the number of weights or channels
page-cut-target-macs-zeros = Only multiply-adds with non-zero weights are counted. Most engines still compute the others.
page-cut-manual-sliders = Each layer has its own slider in the list of layers below.

page-cut-previous-numbers = The numbers below are those of the previous cut.
page-cut-scoring = Scoring the weights
page-cut-packing-cancelled = You canceled building the pruned file. Move the slider to try again.
page-cut-packed = Built the pruned file in { $duration }.
page-cut-packed-and-checked = Built and checked the pruned file in { $duration }.

page-cut-totals = The model before and after pruning
page-cut-totals-quantity = Quantity
page-cut-totals-before = Before
page-cut-totals-after = After
page-cut-totals-change = Change

page-cut-check-same = Checked: the smaller file gives the same answers (largest difference { $difference } on { $input })
page-cut-check-different = Check failed: the smaller file gives different answers (largest difference { $difference } on { $input })
page-cut-check-report = The file does not compute what the masked model computes. Don't use it. Please report the model and the recipe.
page-cut-check-skipped = Not checked: { $reason }.
page-cut-check-elsewhere = Check with ONNX Runtime Web
page-cut-check-elsewhere-cancelled = You canceled the check with ONNX Runtime Web.
page-cut-check-elsewhere-failed = ONNX Runtime Web could not check it either: { $reason }
page-cut-constants = Constants of removed channels: { $folded } folded, { $zeroed } set to zero
page-cut-constants-about = A removed channel leaves a constant behind, such as a bias or a BatchNorm shift. Where it can be done exactly, the constant is folded into the next layer. Elsewhere it is set to zero.
page-cut-constant = { $what } ({ $count ->
    [one] { $count } channel
   *[other] { $count } channels
})

page-cut-caveat-zeros = Scattered zeros save storage, not time. ONNX Runtime, for example, fills sparse weights up with zeros again when it loads them. Remove channels to make the model faster.
page-cut-caveat-accuracy = Accuracy often drops sharply right after pruning. This is normal, and { $recovery } brings back much of it.
page-cut-caveat-accuracy-link = recovery

page-cut-criterion = Pruning criterion
page-cut-criterion-photos = { $criterion } (uses photos)
page-cut-criterion-channels = It scores whole channels only.
page-cut-criterion-needs = It needs { $what }.
page-cut-measure = Measure on { $photos }
page-cut-measure-again = Measure again on { $photos }
page-cut-measured = Measured on { $photos }.
page-cut-measured-labels = Measured on { $photos }, using their labels.
page-cut-measured-first-choice = Measured on { $photos }, using the model's own predictions because the photos have no labels.
page-cut-measured-bias = These photos decide what is removed, so the pruned model does slightly better on them than on others.
page-cut-measured-all = All the photos were used, so none are left to test the pruned model on.
page-cut-measure-cancelled = You canceled the measurement.
page-cut-measure-waits = The previous cut stays until the criterion is measured.
page-cut-measure-after-recovery = Recovery is running. You can measure when it ends.

page-cut-allocation = Spread across layers
page-cut-global = Global: remove the least important anywhere
page-cut-uniform = Uniform: remove the same share of every layer
page-cut-manual = By hand: set a share for each layer

page-cut-advanced = Advanced
page-cut-channel-score = A channel's score is
page-cut-block-score = A block's score is
page-cut-mean = the mean of its weights' scores
page-cut-sum = the sum of its weights' scores
page-cut-max = the largest of its weights' scores
page-cut-floor = Keep at least this many channels per layer
page-cut-rounding = Round channel counts to multiples of
page-cut-rounding-none = 1 (no rounding)
page-cut-rounding-fastest = 8 (fastest here)
page-cut-limit = Remove at most this share of a layer (%)
page-cut-seed = Random seed

page-cut-layers = Layers
page-cut-layers-count = ({ $count })
page-cut-layers-protected = ({ $count }, { $protected } protected)
page-cut-protect = Protect
page-cut-layer-share = Share of { $layer } to remove, in percent
page-cut-layer-kept = No channels can be removed: { $reason }
page-cut-kept = Channels that can't be removed
page-cut-kept-all = { $count ->
    [one] its only channel
   *[other] all { $count } channels
}: { $reason }
page-cut-kept-some = { $kept } of { $count } channels: { $reason }

page-cut-step-granularity = change what to remove
page-cut-step-pattern = change the pattern
page-cut-step-block = change the block size
page-cut-step-target = change the target
page-cut-step-target-kind = change what the target counts
page-cut-step-criterion = change the pruning criterion
page-cut-step-allocation = change how the cut is spread across layers
page-cut-step-reduction = change how scores are combined
page-cut-step-floor = change the minimum of channels
page-cut-step-rounding = change the rounding of channel counts
page-cut-step-limit = change the limit per layer
page-cut-step-seed = change the random seed
page-cut-step-protect = protect { $layer }
page-cut-step-unprotect = stop protecting { $layer }
page-cut-step-layer-share = set the share of { $layer }

## Page: Network

page-network-step-select = select { $layer }
