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

## The page: data

page-data-label = Training data
page-data-source-photos = Comparison photos
page-data-source-files = Your files
page-data-source-camera = Camera
page-data-choose-folder = Choose a folder…
page-data-choose-files = Choose a ZIP file, IDX files, or photos…
page-data-remove-files = Remove these files
page-data-summary = { $photos ->
        [one] { $photos } photo
       *[other] { $photos } photos
    } from { $source }{ $classes ->
        [0] { "" }
        [one] , in { $classes } class
       *[other] , in { $classes } classes
    }{ $testPhotos ->
        [0] .
        [one] . { $testPhotos } more photo is used only for testing.
       *[other] . { $testPhotos } more photos are used only for testing.
    }
page-data-photos-of = { $photos ->
        [one] { $photos } photo
       *[other] { $photos } photos
    } from { $source }
page-data-name-photos = the comparison
page-data-name-files = your files
page-data-name-folder = your folder
page-data-name-camera = your camera
page-data-name-quoted = “{ $name }”
page-data-name-training = { $title } (training)
page-data-name-test = { $title } (test)
page-data-name-capture = a photo of “{ $class }”
page-data-classes = Photos per class
page-data-class-unnamed = class { $number }
page-data-class-count = { $name }: { $count }
page-data-files-help = Choose a folder or a ZIP file with one subfolder for each class, IDX files with images and labels (the MNIST format), or photos without labels. If the class folders are inside “train” and “test” folders, the test photos are used only for testing.
page-data-no-photos = There are no comparison photos yet. Add some in the comparison, or choose other photos here.
page-data-not-kept = These files are larger than { $size } together, so choose them again after you reload the page.
page-data-warning-half-labeled = Some photos are in a class folder and some are not, so the page treats all of them as photos without labels.
page-data-warning-few = { $photos ->
        [one] There is only { $photos } photo.
       *[other] There are only { $photos } photos.
    } Measurements on so few photos are unreliable. Use a few dozen or more.
page-data-warning-one-class = All photos belong to one class (“{ $class }”), so the labels teach the model nothing. Add photos of at least one more class.
page-data-warning-uneven = The classes are unbalanced. The largest class has { $most } photos, but these classes have few: { $classes }.
page-data-warning-uneven-class = “{ $name }” ({ $photos })

page-camera-preview = Camera preview
page-camera-class = Class (what the photo shows)
page-camera-burst = Photos per burst
page-camera-capture = Capture
page-camera-capturing = Capturing: { $left } left
page-camera-stop = Stop
page-camera-open = Open the camera
page-camera-retry = Try again
page-camera-close = Close the camera
page-camera-private = The photos stay in this browser.
page-camera-burst-hint = The photos of one burst look almost the same. Some are used for training and some for measuring, so expect lower accuracy on new photos. Move the object while you capture.
page-camera-count = { $photos ->
        [one] { $photos } photo
       *[other] { $photos } photos
    }
page-camera-remove-last = Remove the last one
page-camera-remove-all = Remove all
page-camera-remove-all-of = Remove all photos of { $class }

## The page: recover

page-recover-title = Recover
page-recover-lead = Win back the accuracy that pruning cost. Choose a method and the photos to train on. Then recover the pruned model, or let the page search for the smallest model that is still accurate enough.
page-recover-no-model = Open a model and prune it. Then you can recover its accuracy here.
page-recover-unsupported = This model uses operators that are not supported here, so this page can't train it.
page-recover-settings = Recovery settings
page-recover-method = Method
page-recover-reconstruct = Reconstruct
page-recover-reconstruct-about = Fits the remaining weights so that each layer gives the same output as in the original. It needs a few dozen photos, no labels, and a few seconds.
page-recover-correct-bias = Correct bias
page-recover-correct-bias-about = Changes only the biases, so that each layer's average output matches the original. It needs no labels and takes a few seconds.
page-recover-distill = Distill
page-recover-distill-about = Trains the pruned model to give the same answers as the original, on any photos. It needs no labels, but it can use them.
page-recover-finetune = Fine-tune
page-recover-finetune-about = Trains the pruned model on labels. Choose labeled data, such as a folder with one subfolder for each class.
page-recover-recalibrate = Recalibrate
page-recover-recalibrate-about = Measures the statistics of the BatchNormalization layers again and changes no weights. It needs no labels and takes a moment.
page-recover-one-title = Recover this model
page-recover-one-about = The removed parts stay removed. The remaining weights learn to do their work.
page-recover-start = Recover accuracy
page-recover-continue = Continue training
page-recover-canceled = Canceled. Everything that was finished is kept.
page-recover-checkpoint = The best weights so far, from step { $step } of { $steps }, are in the list of models below. Select them there, then choose “{ page-recover-continue }”.
page-recover-not-recovered = The photos below show the pruned model without recovery.

page-recover-search-title = Find the smallest model
page-recover-search-about = Prunes and recovers in rounds. It keeps the smallest model whose accuracy drops no more than you allow.
page-recover-search-loss = Maximum accuracy drop (points)
page-recover-search-schedule = Schedule
page-recover-schedule-adaptive = adaptive steps
page-recover-schedule-one-shot = one step
page-recover-schedule-linear = equal steps
page-recover-schedule-cubic = large steps first
page-recover-search-rounds = Rounds
page-recover-search-reduce = Reduce
page-recover-reduce-macs = multiply-adds
page-recover-reduce-parameters = parameters
page-recover-reduce-bytes = file size
page-recover-reduce-sparsity = weights
page-recover-reduce-time = measured time
page-recover-search-time = Target time (% of the original)
page-recover-search-end-slider = The search ends at the amount set with the pruning slider, or at the first model below the line.
page-recover-search-end-time = The search ends at the target time, or at the first model below the line.
page-recover-search-start = Search
page-recover-resume = A search for the smallest model stopped after { $rounds ->
        [one] { $rounds } round
       *[other] { $rounds } rounds
    }. { $wait ->
        [photos] To resume it, first choose the photos that it started with.
        [criterion] You can resume it, on the same photos, when the criterion has been measured.
       *[nothing] You can resume it on the same photos.
    } A new search of this model replaces it.
page-recover-resume-start = Resume the search
page-recover-resume-discard = Discard the search

page-recover-train-for = Train for
page-recover-unit = Unit
page-recover-steps = steps
page-recover-steps-about = In each step, the model trains on one batch of photos and updates its weights once.
page-recover-epochs = epochs
page-recover-epochs-about = In each epoch, the model trains on every photo once.
page-recover-minutes = minutes
page-recover-minutes-about = Only training counts, not the measurements in between. Another run may take a different number of steps, so its results may differ.
page-recover-batch = Batch size (photos)
page-recover-learning-rate = Learning rate
page-recover-label-weight = Label-loss weight (%)
page-recover-match-features = Match features early in training
page-recover-optimizer = Optimizer
page-recover-optimizer-sgd = SGD with momentum
page-recover-optimizer-adamw = AdamW
page-recover-rate-schedule = Learning-rate schedule
page-recover-rate-cosine = cosine decay
page-recover-rate-one-cycle = one cycle (up, then down)
page-recover-rate-constant = constant
page-recover-weight-decay = Weight decay
page-recover-momentum = Momentum
page-recover-clipping = Gradient clipping (maximum norm)
page-recover-temperature = Temperature
page-recover-label-smoothing = Label smoothing (%)
page-recover-default = default

page-recover-augmentation = Augmentation
page-recover-augmentation-about = Each time the model trains on a photo, the photo is changed a little at random. This reduces overfitting.
page-recover-flip = Flip half of the photos
page-recover-shift = Shift by up to (%)
page-recover-rotate = Rotate by up to (°)
page-recover-color-jitter = Color jitter up to (%)
page-recover-seed = Seed
page-recover-augmentation-reset = Reset
page-recover-augmentation-unknown = The default values are not known yet.

page-recover-pause = Pause
page-recover-unpause = Resume
page-recover-stop = Stop and keep the best model
page-recover-standing = Trains on { $photos ->
        [one] { $photos } photo
       *[other] { $photos } photos
    }, measured on { $others ->
        [one] { $others } other photo
       *[other] { $others } other photos
    }. { $measure ->
        [accuracy] Accuracy
       *[agreement] Agreement with the original
    }: { $from ->
        [unknown] original { $original }.
        [cut] original { $original }, pruned { $start }.
       *[before] original { $original }, before { $start }.
    }
page-recover-paused = Paused. Nothing is lost. Choose “{ page-recover-unpause }” to continue.
page-recover-throughput = { $photos } photos per second.
page-recover-left = About { $time } left.
page-recover-left-round = About { $time } left in this round.
page-recover-chart-training-loss = training loss
page-recover-chart-divergence = KL divergence from the original on validation photos, in nats
page-recover-chart-validation-loss = validation loss, in nats
page-recover-chart-accuracy = accuracy on validation photos
page-recover-chart-agreement = agreement with the original on validation photos
page-recover-chart-original = Dashed: the original
page-recover-chart-original-and-training = Dotted: on augmented training photos. Dashed: the original

page-recover-result-unfinished = The recovery did not finish. These are the best weights so far, from step { $step } of { $steps }.
page-recover-result-about = Recovered with { $methods } on { $photos ->
        [one] { $photos } photo
       *[other] { $photos } photos
    }. Measured on { $others ->
        [one] { $others } other photo
       *[other] { $others } other photos
    } that were also used to choose the best weights, so expect slightly lower numbers on new photos.
page-recover-result-method = “{ $name }”
page-recover-result-then = { $first }, then { $next }
page-recover-result-seed = Seed { $seed }, { $workers ->
        [one] { $workers } worker
       *[other] { $workers } workers
    }. A different number of workers gives different weights.
page-recover-result-taught = The original was also trained on these photos.
page-recover-result-test = The last accuracy row is measured on { $photos ->
        [one] { $photos } photo that was
       *[other] { $photos } photos that were
    } not used for training or for choosing a model.
page-recover-column-original = Original
page-recover-column-pruned = Pruned
page-recover-column-before = Before
page-recover-column-recovered = Recovered
page-recover-row-accuracy = Accuracy (top-1)
page-recover-row-agreement = Agreement with the original
page-recover-row-divergence = Mean KL divergence
page-recover-row-test-accuracy = Test: accuracy on new photos
page-recover-row-test-agreement = Test: agreement with the original on new photos
page-recover-row-time = Time per photo
page-recover-row-macs = Multiply-adds
page-recover-result-used = The photos below and the exported file use this model.
page-recover-result-compared = The model was trained or chosen on some of the comparison photos. The numbers beside those photos say how many.
page-recover-drop = Use the model before recovery

## The page: recover, models

page-models-title = Accuracy against size
page-models-axis = Horizontal axis
page-models-about = Each point is a model. Its color shows the pruning criterion, and its shape shows how it was recovered. Drag the line to the lowest accuracy that you accept. The ring marks the smallest model above the line.
page-models-none = Each model that you make becomes a point here, with its accuracy and its size. Recover a model, or measure a curve of pruned models.
page-models-axis-sparsity = sparsity
page-models-axis-sparsity-title = sparsity (share of weights removed)
page-models-axis-macs = multiply-adds
page-models-axis-macs-title = remaining multiply-adds
page-models-axis-parameters = parameters
page-models-axis-parameters-title = remaining parameters
page-models-axis-bytes = file size
page-models-axis-bytes-title = file size
page-models-axis-time = measured time
page-models-axis-time-title = measured time per photo
page-models-measured-on = Measured on validation photos. They were not used for training, but they were used to choose models, so expect slightly lower numbers on new photos.
page-models-taught = The original was trained on these photos, so its numbers are higher here than on new photos.
page-models-elsewhere = { $models ->
        [one] { $models } model was
       *[other] { $models } models were
    } measured on other photos and only { $models ->
        [one] appears
       *[other] appear
    } in the list.
page-models-times = The time is for one photo on one thread: the median of { $runs } runs in this browser. Models without a measured time are not shown.
page-models-list = The newest models come first. Each row shows the remaining multiply-adds, the file size, the time per photo, and the accuracy before and after recovery. The page keeps the newest { $most } models.
page-models-macs-left = { $share } of the multiply-adds
page-models-way-one-shot = pruned only
page-models-way-recovered = recovered
page-models-way-iterative = in rounds
page-models-unfinished = unfinished, step { $step } of { $steps }
page-models-below-line = below the line
page-models-below-line-no-file = below the line, file not kept
page-models-measure-accuracy = accuracy
page-models-measure-agreement = agreement with the original

page-models-curve = Measure the curve of “{ $name }”
page-models-curve-about = Prunes the whole model by { $least } to { $most }, without recovery, to show where its accuracy falls off. Measured on the validation photos.
page-models-curve-title = { $name }, pruned only: { $models ->
        [one] { $models } model
       *[other] { $models } models
    }
page-models-curve-point = −{ $removed }: { $score }
page-models-curve-canceled = Canceled. The models that were measured are kept.

## The page: recover, sensitivity

page-sensitivity-title = Sensitivity
page-sensitivity-about = How much pruning can each layer take? Each layer is pruned on its own, by { $least } to { $most }, and the model is measured. A stronger color means a larger loss. Leave those layers alone, or spread the pruning by sensitivity.
page-sensitivity-about-pattern = How much pruning can each layer take? Each layer is pruned on its own, to { $pattern }, and the model is measured. A stronger color means a larger loss. Leave those layers alone, or spread the pruning by sensitivity.
page-sensitivity-measure = Measure every layer
page-sensitivity-spread = Spread the pruning by sensitivity
page-sensitivity-paused = Paused. The results so far are kept.
page-sensitivity-canceled = Canceled. The results so far are kept.
page-sensitivity-table = Results by layer and share removed
page-sensitivity-result = The cells show the { $measure ->
        [accuracy] accuracy
       *[agreement] agreement with the original
    } on { $photos ->
        [one] { $photos } photo
       *[other] { $photos } photos
    }. The unpruned model has { $original }. Pruned by { $name }{ $recalibrated ->
        [0] .
        [one] , with normalization statistics recalibrated on { $recalibrated } other photo.
       *[other] , with normalization statistics recalibrated on { $recalibrated } other photos.
    } If you spread the pruning by these numbers, these photos choose it, so expect slightly lower numbers on new photos.

## The page: export

page-export-title = Export
page-export-lead = Download the smaller model. It is the very file that the comparison ran, and it works wherever ONNX works. The recipe repeats the pruning, and the report lists what was removed.
page-export-model = Download ONNX
page-export-recipe = Download recipe
page-export-report = Download report
page-export-recovered = The ONNX file is the recovered model. The recipe and the report describe its pruning.
page-export-waits = This file comes from the previous settings. The current ones need the criterion to be measured first.
page-export-outdated = This file comes from the previous settings. The current ones can't be applied.
page-export-no-model = Open a model and prune it. You can download the smaller file here.
page-export-failed = There is no pruned model to download. See the error above.
page-export-release = Release the slider to make the file.
page-export-import = Import a recipe
page-export-import-label = Paste a recipe, or choose its file. A recipe works with any model.
page-export-apply = Apply the recipe
page-export-choose-file = Choose a file…

## The page: progress

page-progress-preparing = Preparing
page-progress-of = { $what }: { $done } of { $total }
page-progress-gallery = Loading the gallery
page-progress-criteria = Loading the criteria
page-progress-downloading = Downloading { $name }
page-progress-downloading-bytes = Downloading { $name }: { $size }
page-progress-downloading-bytes-of = Downloading { $name }: { $size } of { $total }
page-progress-reading = Reading { $name }
page-progress-reading-photo = Reading photo { $number } of { $total }
page-progress-decoding = Decoding { $name }
page-progress-camera = Waiting for permission to use the camera
page-progress-photos = Preparing the photos
page-progress-opening = Opening the model
page-progress-pruning = Pruning the model
page-progress-packing = Making and checking the smaller file
page-progress-loading-both = Loading both models
page-progress-loading-both-peer = Loading both models in ONNX Runtime Web
page-progress-loading-peer = Loading ONNX Runtime Web with the same files
page-progress-running = Running both models on { $name }
page-progress-timing = Timing photo { $number } of { $total }
page-progress-peer = ONNX Runtime Web: photo { $number } of { $total }
page-progress-check-writing = Writing the masked model for a check in ONNX Runtime Web
page-progress-check-masked = Running the masked model in ONNX Runtime Web
page-progress-check-packed = Running the smaller model in ONNX Runtime Web
page-progress-criterion = Measuring the criterion on photos
page-progress-original = Measuring the original
page-progress-original-again = Measuring the original again
page-progress-both = Measuring both models
page-progress-recovered = Measuring the recovered model
page-progress-test = Measuring on the test photos
page-progress-last-round = Loading the last finished round
page-progress-curve = Measuring model { $number } of { $total }
page-progress-layers = Measuring layer by layer: { $done } of { $total }
page-progress-spreading = Spreading the pruning across the layers
page-progress-recalibrate = Measuring statistics
page-progress-correct-bias = Correcting biases, layer by layer
page-progress-reconstruct = Reconstructing, layer by layer
page-progress-distill = Distilling
page-progress-finetune = Fine-tuning
page-progress-step = { $what }: { $done } of { $total }
page-progress-step-measuring = { $what }: { $done } of { $total }, measuring photo { $photo } of { $photos }
page-progress-round-pruning = Round { $round }: pruning
page-progress-round-criterion = Round { $round }: measuring the criterion on photos
page-progress-round-measuring = Round { $round }: measuring the pruned model
page-progress-round-recovering = Round { $round }: recovering

## The page: notices

page-notice-canceled = Canceled.
page-notice-canceled-pruning = Canceled. Move the slider to continue.
page-notice-opened = { $name } is open. It has { $layers ->
        [one] { $layers } layer
       *[other] { $layers } layers
    } with weights.
page-notice-recipe-applied = The recipe from { $source } is applied.
page-notice-recipe-failed = The recipe from { $source } can't be used. { $reason }
page-notice-source-file = “{ $name }”
page-notice-source-link = the link
page-notice-source-text = the text field
page-notice-source-clipboard = the clipboard
page-notice-pasted-photo = pasted photo
page-notice-left-out = A photo was left out. { $reason }
page-notice-recovered-listed = The recovered model is in the list. The page keeps the pruning as you changed it.
page-notice-list-full = The list holds the newest { $most } models, so the oldest one was removed.
page-notice-kept-start = No step improved the results on the validation photos, so the model stays as it was before recovery.
page-notice-kept-earlier = The results on the validation photos were better after step { $kept } than at the end, after step { $last }, so the weights of step { $kept } are kept.
page-notice-slept = This tab slept for { $time }. Training then continued where it had stopped.
page-notice-workers-lost = { $workers ->
        [one] { $workers } training worker stopped
       *[other] { $workers } training workers stopped
    } unexpectedly. Training continues on smaller batches, and nothing is lost.
page-notice-measured-part = You stopped the measurement, so it covers only the first { $done } of { $total } photos.
page-notice-round = Round { $round }: { $what }

## The page: decisions, as the undo button names them

page-step-start = start
page-model-step-open = open { $name }
page-compare-step-add-photos = add photos
page-export-step-recipe = apply the recipe from { $source }
page-recover-step-use-pruned = use a model without recovery
page-recover-step-use-curve = use a model from the curve
page-recover-step-use-recovered = use a recovered model
page-recover-step-drop-recovered = use the model before recovery
page-recover-step-line = move the line
page-recover-step-spread = spread the pruning by sensitivity
page-preset-step-file = use the preset from { $name }
page-preset-step-reset = reset the preset
page-preset-step-size = change the input size
page-preset-step-crop = change the crop
page-preset-step-mean = change the mean
page-preset-step-std = change the standard deviation
page-preset-step-channels = change the channel order
page-preset-step-layout = change the layout
page-preset-step-classes = change the class names
page-compare-step-add-photo = add “{ $name }”
page-compare-step-remove-photo = remove “{ $name }”
page-compare-step-peer-on = compare with ONNX Runtime Web
page-compare-step-peer-off = stop comparing with ONNX Runtime Web
# What a version of the page before this catalog kept.
page-step-written = { $words }

## The page: errors

page-error-crashed = This part of the page stopped unexpectedly. It was started again with your model. If this happens again with the same model or the same settings, the model may need more memory than the browser allows.
page-error-unexpected = Something unexpected went wrong: { $details }
page-error-no-gallery-model = The gallery has no model “{ $id }”.
page-error-no-sample-photo = There is no sample photo “{ $id }”.
page-error-no-preset = The page has no preset “{ $name }”.
page-error-no-photos = These files contain no photos. Choose a folder or a ZIP file with one subfolder for each class (JPEG, PNG, or WebP), or IDX files.
page-error-labels-without-images = These files have labels but no images. Choose the IDX file with the images (such as “train-images-idx3-ubyte.gz”) together with the file of its labels.
page-error-download-unreachable = The page can't download “{ $name }”. Check your connection, then try again.
page-error-download-refused = The page can't download “{ $name }”: the server answered with status { $status }.
page-error-not-json = “{ $name }” is not a valid JSON file. Reload the page.
page-error-file-too-large = “{ $name }” is { $size }, which is more than a web page can process ({ $most }). Use the secateur command for it.
page-error-file-unreadable = The browser can't read “{ $name }”. Check whether it is a folder, or whether it was moved.
page-error-photo-empty = “{ $name }” is empty.
page-error-photo-too-large = “{ $name }” is larger than { $most }. Save it at a smaller size, then add it again.
page-error-photo-memory = Reading “{ $name }” takes more memory than the browser allows. Save it at a smaller size, then add it again.
page-error-photo-unreadable = “{ $name }” can't be opened as a photo. It is damaged, or this browser does not support its format. JPEG, PNG, and WebP work in every browser.
page-error-no-canvas = The browser can't draw images in a worker.
page-error-gzip-damaged = “{ $name }” can't be unpacked. The file is damaged or incomplete.
page-error-zip-damaged = “{ $name }” can't be unpacked. It is damaged, incomplete, or not a ZIP file.
page-error-zip-too-large = “{ $name }” contains more than { $gigabytes } GB of photos. Remove some of them, or make them smaller.
page-error-zip-no-photos = “{ $name }” contains no photos. Put one folder for each class into it, with JPEG, PNG, or WebP files.
page-error-link-damaged = The recipe in the link is damaged. Part of the link may be missing. Ask for the link again, or for the recipe file.
page-error-recovered-gone = The browser no longer has this recovered model. Recover it again.
page-error-bytes-gone = The browser no longer has this file. Add it again.
page-error-camera-insecure = The browser allows a camera only on pages that are opened over https or from this computer.
page-error-camera-denied = The browser does not allow this page to use the camera. Allow it in the browser's settings for this page (next to the address), then try again.
page-error-camera-none = There is no camera on this computer. Connect one, or choose photos from a folder.
page-error-camera-busy = Another program is using the camera. Close that program, then try again.
page-error-camera-size = The camera does not offer a usual image size. Try another camera.
page-error-camera = The camera can't be used: { $details }
page-error-camera-no-picture = The camera shows no image yet. Wait a moment, then try again.
page-error-storage-unread = The browser can't read some of the data from your earlier visits. It stays as it is, and the page does not replace it with what you do now. Reload the page to try again.
page-error-storage-full = The browser's storage is full, so your latest files will be lost when you reload the page. Everything else works.
page-error-storage-refused = The browser does not let this page store anything (as in a private window), so your work will be lost when you reload the page. Everything else works.
page-error-peer-not-loaded = No model is loaded in ONNX Runtime Web.
page-error-peer-input-kind = The model's input is not a tensor, so ONNX Runtime Web can't run it on photos.
page-error-peer-input-type = The model's input has the type { $type }, which can't hold a photo.
page-error-peer-output-type = The model's output has the type { $type }, so the model is not a classifier.
page-error-peer-element-type = The model's input has the type { $type }, which this page can't pass to ONNX Runtime Web.
page-error-peer-text = The model's output is text, not numbers.
