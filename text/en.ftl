# Everything that a person reads, in English. Each language is a file of its own beside this one.
#
# Keys say where a sentence stands: page-<panel>-… on the page, command-… and help-… in the terminal, error-…, warning-…,
# note-…, reason-… in what the core says to both, term-… in the glossary, unit-… behind a number.
# Write “ ” around what a person typed or named, − before a negative number, and a non-breaking space before % and units.

## Lists and numbers, as the command writes them. Browsers know it for every language

list-one = { $item }
list-quoted = “{ $name }”
list-two = { $first } and { $last }
list-more = { $before }, { $next }
list-end = { $before }, and { $last }
number-point = .
number-group = ,

## Errors of every kind

error-no-such-axis = No size of the model is called “{ $name }”. These are open: { $names }.
error-no-open-axes = No size can be given for “{ $name }”: the model leaves no sizes open.
error-open-dimensions = The model leaves these sizes open: { $names }. Give a number for each.
error-unsupported-operators = This model can't run here: { $operators }.
error-unsupported-operator =
    { $count ->
        [one] node “{ $node }” uses { $operator } (opset { $opset })
       *[other] { $count } nodes, “{ $node }” among them, use { $operator } (opset { $opset })
    }
error-broken-repack = The re-packed model is broken, so it can't be exported: { $what }. This is a fault in Secateur. Please report it with the model and the recipe.
error-repack-does-not-run = it does not run ({ $reason })
error-in-file = “{ $path }”: { $reason }
error-canceled = Canceled.
error-crashed = This part of the page stopped unexpectedly. It was started again with your model. If this happens again with the same model or the same settings, the model may need more memory than the browser allows.
# What other software said, in its own words.
error-foreign = { $reason }
error-version-mismatch = The page and its core are of different versions. Reload the page. ({ $reason })

# A sentence that an earlier version of the page kept.
kept-sentence = { $text }

## Feature matching

error-feature-not-in-original = The original computes no “{ $name }” that could be matched. Name the output of one of its nodes.
error-feature-not-in-pruned = The pruned model computes no “{ $name }” that could be matched. Name the output of one of its nodes.
error-feature-unlike-original = “{ $name }” of the pruned model is not what pruning this original leaves of it. Give a file that Secateur pruned, and the model that it was pruned from.
note-features-unmatched =
    { $count } of { $stages } features can't be matched: { $reasons }. { $matched ->
        [0] The answers teach as always.
       *[other] The others and the answers teach as always.
    }
note-features-unmatched-reason = { $names } ({ $reason })
reason-feature-not-in-original = the original computes no such value
reason-feature-not-in-pruned = the pruned model computes no such value
reason-feature-unlike-original = the pruned model has something there that pruning this original does not leave

## Operators: what is wrong with a node, and why a tensor's axis must stay


reason-node-other = can't be computed ({ $reason })
reason-node-element-type = can't work on elements of type { $elementType }
reason-node-element-types = can't work on these element types
reason-node-this-element-type = can't work on this element type
reason-node-not-computable = can't be computed in this element type
reason-frozen-model-output = “{ $name }” is an output of the model and keeps its shape
reason-frozen-model-input = “{ $name }” is an input of the model and keeps its shape
reason-frozen-element-type = “{ $name }” is stored in an element type that can't be pruned
reason-frozen-unknown-shape = node “{ $node }” ({ $operator }) uses “{ $name }”, whose shape is not known
reason-frozen-unsupported = node “{ $node }” uses the operator { $operator } (opset { $opset }), which is not supported
reason-frozen-node = node “{ $node }” ({ $operator }) can't be read: it { $reason }
reason-frozen-subgraph = a sub-graph inside node “{ $node }” reads “{ $name }”
reason-frozen-single = it has a single channel
reason-frozen-dynamic = its length is known only when the model runs
reason-frozen-too-many = the model has too many channels to track them all
reason-frozen-split-axis = a reshape splits its channels into several axes, and only the longest of them can get shorter
reason-frozen-kept-axes = a reshape makes it of axes that all keep their length
reason-frozen-reduced-unknown = it is reduced along axes that are known only at run time
reason-frozen-reduction = a reduction runs over it
reason-node-norm-shape = normalizes data of shape { $data } with a parameter of shape { $parameter }
reason-frozen-layer-norm = a layer normalization runs over it
reason-node-needs-channels = needs data with channels
reason-frozen-neighbor-norm = a normalization runs over neighboring channels
reason-node-norm-channels = normalizes { $channels } channels with a parameter of shape { $parameter }
reason-node-needs-condition = needs a condition and two inputs of the same element type
reason-node-needs-truth = needs a condition of truth values
reason-frozen-instance-norm = an instance normalization runs over it
reason-node-needs-single-value = needs a tensor of one element as attribute “value”
reason-node-too-many-axes = makes a tensor with { $axes } axes, more than are supported
reason-node-negative-size = has a negative size
reason-frozen-filled = it is filled to a size that the model computes
reason-node-needs-range = needs numbers for start, limit and step
reason-frozen-range = it counts to a number that the model computes
reason-node-endless-range = counts from { $start } to { $limit } in steps of { $delta }, which never ends
reason-node-needs-attribute = needs the attribute “{ $name }”
reason-node-coordinate-mode = has the coordinate mode “{ $mode }”, which is not supported
reason-node-rounding = has the unknown rounding mode “{ $mode }”
reason-node-unknown-mode = has the unknown mode “{ $mode }”
reason-node-unknown-size = resamples to an unknown size
reason-frozen-resampled = it is resampled
reason-node-needs-batch = needs data with a batch and channels, not of shape { $shape }
reason-frozen-pool-indices = a pooling layer also outputs the positions of the maxima
reason-frozen-pool-window = a pooling window slides along it
reason-node-needs-indices = needs whole numbers as indices
reason-node-index-outside = takes index { $index } from an axis of length { $size }
reason-frozen-gather-axis = it is gathered along an axis that it does not have
reason-frozen-gathered = single positions are taken from it
reason-node-needs-matrices = multiplies matrices but got tensors of shapes { $first } and { $second }
reason-node-depth = multiplies rows of { $depth } numbers by a matrix that takes { $reads }
reason-node-summand = adds a tensor of shape { $summand } to a matrix
reason-node-only-matrices = multiplies matrices only
reason-node-summand-unfit = adds a tensor that does not fit its product
reason-frozen-computed-product = two computed tensors are multiplied along it
reason-node-single-number = multiplies matrices but got a single number
reason-node-inputs-unfit = has inputs that do not fit together
reason-frozen-vector = it is multiplied by a vector
reason-node-needs-integer = needs a whole number as attribute “{ $name }”
reason-node-positive = has { $number } as attribute “{ $name }”, which must be 1 or more
reason-node-needs-number = needs a number as attribute “{ $name }”
reason-node-needs-numbers = needs a list of numbers as attribute “{ $name }”
reason-node-needs-integers = needs a list of whole numbers as attribute “{ $name }”
reason-node-negative = has { $number } in attribute “{ $name }”, which must not be negative
reason-node-needs-text = needs text as attribute “{ $name }”
reason-node-slope = has a slope with more axes than its data
reason-node-negative-parts = has parts of negative length
reason-node-split = splits an axis of length { $total } into parts of { $lengths }
reason-frozen-split = it is split into parts of unknown length
reason-node-unknown-parts = has parts of unknown length
reason-node-layout = has data that is not laid out in rows
reason-frozen-across = the operator { $operator } computes across it
reason-frozen-softmax = a softmax runs over it
reason-node-weights-axes = needs weights with as many axes as its data, not of shape { $weights }
reason-node-transposed-weights = has weights of shape { $weights } in { $groups } groups, which do not fit data of shape { $data }
reason-node-too-many-filters = has too many filters
reason-node-bias = has { $filters } filters but a bias of shape { $shape }
reason-frozen-computed-weights = the weights of a convolution are computed at run time
reason-frozen-convolution = a convolution slides along it
reason-frozen-kernel-side = it is a side of a convolution's kernel
reason-frozen-unknown-channels = a convolution has an unknown number of channels
reason-frozen-depthwise = it holds the filters of one channel of a depthwise convolution
reason-node-spatial-lists = has lists of numbers that do not fit its spatial axes
reason-node-too-large = makes a tensor that is too large
reason-node-padded-away = pads away all of its output
reason-node-zero = has a 0 in attribute “{ $name }”
reason-node-odd-pads = has an odd number of values in attribute “pads”
reason-node-auto-pad = has the unknown “auto_pad” mode “{ $mode }”
reason-node-spatial-attributes = has attributes that are not for { $axes } spatial axes
reason-node-kernel-shape = has the attribute “kernel_shape” { $attribute }, but its kernel is { $kernel }
reason-node-window-axes = slides over { $axes } axes, but its data has { $spatial } spatial axes
reason-node-window-too-large = has a window that is too large
reason-node-window-reach = slides a window of { $reach } along an axis of { $input }, padded to { $padded }
reason-node-needs-bounds = needs whole numbers as bounds
reason-node-slices-unknown = slices an axis of unknown length
reason-frozen-sliced-unknown = it is sliced at positions that are known only at run time
reason-frozen-sliced-steps = it is sliced in steps
reason-node-bounds-at-run-time = has bounds that are known only at run time
reason-node-needs-an-input = needs an input
reason-node-slice-lists = has starts, ends, axes and steps that do not fit together
reason-node-zero-step = has a step of 0
reason-node-matrix-too-large = makes a matrix that is too large
reason-node-no-reshape = can't reshape this tensor
reason-node-target-unknown = has a target shape with several unknown sizes
reason-node-kept-axis = keeps the size of an axis that its input does not have
reason-node-impossible-size = has a target with an impossible size
reason-node-reshape = reshapes { $from } to [{ $to }], which does not fit
reason-node-lacks-input = lacks its input number { $number }
reason-node-unknown-output = has an output of unknown size
reason-node-computed-size = has outputs whose size depends on what is computed
reason-node-too-many-elements = makes a tensor of { $count } elements, more than fit in memory
reason-node-input-shapes = has inputs of shapes { $first } and { $second }, which do not fit together
reason-node-axis = asks for axis { $axis } of a tensor with { $rank } axes
reason-node-permutation = has an order of axes { $order } for a tensor with { $rank } axes
reason-node-not-binary = is not a function of two numbers: { $operator }
reason-node-mixed-types = combines elements of types { $first } and { $second }
reason-node-zero-division = divides whole numbers by zero
reason-node-inconsistent = has inputs and attributes that contradict each other
reason-node-target-unfit = has a target that does not fit
reason-node-target-at-run-time = has a target shape that is known only at run time
reason-node-repeats = repeats { $axes } axes of a tensor that has { $rank }
reason-node-repeats-impossible = repeats an impossible number of times
reason-frozen-repeated = it is repeated
reason-node-needs-spatial = needs data with spatial axes, not of shape { $shape }
reason-node-pools-nothing = pools over no positions
reason-frozen-pooling = a pooling layer runs over it
reason-node-bound = has a bound of shape { $shape }, not a single number
reason-node-not-variadic = is not a function of several numbers: { $operator }
reason-node-weights = has weights of shape { $weights }, which do not fit data of shape { $data }
reason-node-groups = reads { $channels } channels in { $groups } groups with weights of shape { $weights }, which do not fit
reason-node-joined-shapes = joins shapes { $first } and { $second } along axis { $axis }, which do not fit
reason-node-joined-types = joins elements of types { $first } and { $second }
reason-frozen-joined-axis = it is joined along an axis that it does not have
reason-frozen-joined-parts = it is joined from parts of unknown length
reason-node-cast-to = has an impossible attribute “to”
reason-node-cast = can't convert { $from } to { $to }
reason-node-unsupported-mode = has the mode “{ $mode }”, which is not supported
reason-node-reflects = reflects { $count } elements of an axis of length { $size }
reason-node-impossible-amounts = has impossible amounts
reason-node-needs-amounts = needs whole numbers as amounts
reason-node-needs-filling = needs one number to fill with
reason-frozen-padded-unknown = it is padded by amounts that are known only at run time
reason-frozen-reflected = it is padded by reflection
reason-node-amounts-at-run-time = has amounts that are known only at run time
reason-node-amounts = has { $amounts } amounts for { $axes } axes
reason-node-needs-input = needs an input { $index }
reason-node-too-many-to-learn = moves { $count } numbers, too many to train through: use a smaller batch
reason-node-moves-no-floats = moves elements that are not floats
reason-node-no-scales = has neither scales nor sizes
reason-node-scales = has { $count } scales or sizes for { $axes } axes
reason-node-resamples = resamples an axis of length { $input } to { $output }
reason-node-too-many-sizes = reads too many sizes
reason-frozen-length = the model computes with its length
reason-frozen-elements = the model computes with its number of elements
reason-frozen-reshaped = a reshape mixes it with other axes
reason-node-approximation = has the unknown approximation “{ $name }”
reason-node-not-activation = is not an activation: { $operator }
reason-node-removes-axis = removes axis { $axis }, whose length is { $length }
reason-node-no-axes = does not say which axes to insert
reason-node-axis-twice = inserts an axis twice
reason-node-not-unary = is not a function of one number: { $operator }
reason-node-negates = negates truth values, not { $elementType }

## Errors and warnings: reading and running a model

error-cycle = The model contains a cycle: the nodes { $nodes } wait for each other's outputs.
error-long-cycle = The model contains a cycle: the nodes { $nodes } and { $more } more wait for each other's outputs.
error-output-without-node = No node computes one of this model's outputs.
reason-node-no-shapes = has inputs or outputs whose shapes are not known
reason-node-unknown = is not supported
reason-node-seed = draws random numbers, so its results differ from run to run
error-weights-too-large = Node “{ $node }” needs { $megabytes } MB for its weights, more than is available. Close other programs, or use a smaller model.
error-value-too-large = “{ $name }” needs more memory than can be addressed. Use a smaller batch.
error-input-count =
    { $expected ->
        [one] This model takes { $expected } input, not { $given }.
       *[other] This model takes { $expected } inputs, not { $given }.
    }
error-output-not-computed = One of this model's outputs was not computed.
error-activations-too-large = Running this model needs { $megabytes } MB for its activations, more than is available. Use a smaller batch.
error-input-shape = The input “{ $name }” takes shape { $expected }, not { $given }.
error-input-type = The input “{ $name }” takes elements of type { $expected }, not { $given }.
error-node-other-shape = Node “{ $node }” computed a tensor of another shape than expected.
error-no-such-value = This model has no value “{ $name }”.
reason-node-reads-nothing = reads a value that nothing computes
error-constant-too-large = Node “{ $node }” ({ $operator }) fills a tensor of { $elements } elements, more than fit in memory. Use a smaller batch.
reason-node-outputs = has more outputs than its operator computes
reason-node-data-dependent = computes a tensor whose size depends on its elements
error-input-without-shape = The input “{ $name }” has no shape.
error-input-axis-open = The input “{ $name }” leaves the length of its axis { $axis } (“{ $symbol }”) open. Give a length for it.
error-input-length = An input takes { $expected } numbers, not { $given }.
reason-node-reads-no-floats = reads numbers at run time that are not floats, so no gradient can pass through it
reason-node-computes-no-floats = computes numbers that are not floats, so no gradient can pass through it
reason-node-no-gradient = has no gradient in Secateur, so nothing can be trained or measured through it
error-training-too-large = Training this model needs more memory than is available. Use a smaller batch.
reason-node-damaged-attribute = has a damaged attribute
reason-node-nameless-attribute = has an attribute without a name
reason-node-attribute = has the attribute “{ $name }”, which { $reason }
reason-tensor-sparse = is stored sparse and has { $count } elements, more than so small a file justifies
reason-tensor-missing = should be a tensor but is empty
reason-node-damaged-subgraph = has a damaged sub-graph
reason-node-deep-subgraphs = has sub-graphs that are nested too deeply
error-declaration-damaged = The description of one { $what } is damaged.
error-declaration-nameless = The model has one { $what } without a name.
error-declaration-no-tensor = The { $what } “{ $name }” is not a tensor. Only tensors are supported.
error-declaration-axes = The { $what } “{ $name }” has { $count } axes, which is too many.
error-declaration-size = The { $what } “{ $name }” has an impossible size: { $size }.
warning-uncounted =
    The total of multiply-adds leaves out { $others ->
        [0] { $nodes }
        [one] { $nodes } and { $others } more node
       *[other] { $nodes } and { $others } more nodes
    }: { $count ->
        [one] its operator or its shapes are not known
       *[other] their operators or their shapes are not known
    }.
warning-unsupported-operator =
    { $count ->
        [one] Node “{ $node }” uses
       *[other] { $count } nodes, “{ $node }” among them, use
    } { $operator } (opset { $opset }), which is not supported. The axes that it touches keep their lengths, and Secateur can't run the model.
error-input-without-rank = The input “{ $name }” does not say how many axes it has. Export the model with the shapes of its inputs.
warning-newer-opset = The model uses operator set { $opset }, which is newer than { $newest }, the newest that is supported. It is read by the rules of { $newest }.
warning-not-numbers = The tensor “{ $name }” holds { $count } values that are not numbers (NaN). Scores and outputs that depend on it are meaningless.
error-file-empty = The file is empty.
error-bad-tensor = The tensor { $reason }.
error-old-opset = The model uses operator set { $version }, and the oldest that is supported is { $oldest }. Convert the model with onnx.version_converter.
error-no-opset = The model does not say which version of the operators it uses (opset_import is missing).
error-name-twice = The name “{ $name }” is given twice, the second time by { $by }. Each value needs a name of its own.
error-bad-stored-tensor = A stored tensor { $reason }.
error-nameless-tensor = A stored tensor has no name.
error-bad-named-tensor = The tensor “{ $name }” { $reason }.
part-stored-tensor = a stored tensor
part-input = an input
error-output-twice = The model lists its output “{ $name }” twice.
error-no-outputs = The model has no outputs.
error-node-damaged = A node of the model is damaged.
reason-node-no-operator = does not say which operator it is
reason-node-attribute-twice = has the attribute “{ $name }” twice
error-no-standard-opset = The model does not say which version of the standard operators it uses.
error-node-reads-missing = Node “{ $node }” ({ $operator }) reads “{ $name }”, which nothing in the model computes.
error-output-missing = Nothing in the model computes its output “{ $name }”.
error-other-format = This is not an ONNX model. It looks like { $what }.
error-file-cut-off = The file ends in the middle of a model. It was cut off, perhaps during the download. Download it again.
error-not-onnx = This is not an ONNX model, or it is damaged.
reason-tensor-damaged = is damaged
reason-tensor-external = keeps its data in another file, and only this one was given: drop both together, or save the model as a single file (in Python, onnx.save(onnx.load(path), new_path)) and open that
reason-tensor-data-missing = keeps its data in “{ $location }”, which is not there: put that file beside the model, or drop both together
reason-tensor-data-outside = keeps its data in “{ $location }”, which is not in the model's folder: only files in that folder are read
reason-tensor-data-unreadable = keeps its data in “{ $location }”, which can't be read ({ $reason })
reason-tensor-data-short = keeps its data up to byte { $end } of “{ $location }”, which has only { $size } bytes: the file is incomplete, or belongs to another model
reason-tensor-data-length = should have { $expected } bytes by its shape, but its data in another file has { $given }
reason-tensor-data-repeated = shares its data in “{ $location }” with more tensors than so small a file justifies
reason-tensor-no-type = does not say its element type
reason-tensor-axes = has { $axes } axes, more than { $most }
reason-tensor-shape = has the impossible shape { $shape }
reason-tensor-overflow = holds numbers that its element type can't represent
reason-tensor-count = should hold { $expected } elements by its shape, but its data has { $given }
error-model-too-large = The model is larger than 2 GiB, the limit for a single ONNX file.
error-node = Node “{ $node }” ({ $operator }) { $reason }.
error-node-only = Node “{ $node }” { $reason }.
part-node = node “{ $node }” ({ $operator })
format-jpeg = a JPEG photo
format-png = a PNG image
format-gif = a GIF image
format-riff = a WebP image or a sound file
format-pdf = a PDF document
format-zip = a zip archive (PyTorch checkpoints are zip archives: export the model with torch.onnx.export)
format-gzip = a gzip archive: unpack it first
format-hdf5 = an HDF5 file (Keras saves these: convert the model with tf2onnx)
format-old-pickle = a Python pickle (perhaps an old PyTorch checkpoint: export the model with torch.onnx.export)
format-pickle = a Python pickle
format-numpy = a NumPy array
format-lfs = a Git LFS pointer: fetch the file itself with git lfs pull
format-xml = a web page or XML: perhaps an error page was saved
format-json = JSON
format-tflite = a TensorFlow Lite model (convert it with tf2onnx)
format-ort = a model in ONNX Runtime's own format: open the .onnx file that it was made from
format-safetensors = a safetensors file, which holds weights but no network

## Errors and warnings: recipes, pruning and data

error-recipe-sparsity-out-of-reach =
    This recipe asks for more than the model and its limits allow: it removes { NUMBER($asked, minimumFractionDigits: 1, maximumFractionDigits: 1) } %, and at most { NUMBER($most, minimumFractionDigits: 1, maximumFractionDigits: 1) } % can be removed. { $limited ->
        [0] Ask for less.
       *[other] Ask for less, or relax maxSparsity, floor, roundTo or protect.
    }
error-recipe-parameters-out-of-reach =
    This recipe asks for more than the model and its limits allow: it keeps { NUMBER($asked, minimumFractionDigits: 1, maximumFractionDigits: 1) } % of the parameters, and at least { NUMBER($least, minimumFractionDigits: 1, maximumFractionDigits: 1) } % stay. { $limited ->
        [0] Keep more.
       *[other] Keep more, or relax maxSparsity, floor, roundTo or protect.
    }
error-recipe-uncounted =
    A share of the multiply-adds can't be promised for this model: { $count ->
        [one] the layer { $layers } is not counted, since its shapes are
       *[other] { $count } layers ({ $layers } among them) are not counted, since their shapes are
    } not known{ $unknown ->
        [0] .
       *[other] {" "}behind { $operators }.
    } Set a target for the parameters or the file size instead.
error-recipe-macs-out-of-reach =
    This recipe asks for more than the model and its limits allow: it keeps { NUMBER($asked, minimumFractionDigits: 1, maximumFractionDigits: 1) } % of the multiply-adds, and at least { NUMBER($least, minimumFractionDigits: 1, maximumFractionDigits: 1) } % stay. { $limited ->
        [0] Keep more.
       *[other] Keep more, or relax maxSparsity, floor, roundTo or protect.
    }
error-recipe-bytes-out-of-reach =
    This recipe asks for more than the model and its limits allow: it keeps { NUMBER($asked, minimumFractionDigits: 1, maximumFractionDigits: 1) } % of the bytes, and at least { NUMBER($least, minimumFractionDigits: 1, maximumFractionDigits: 1) } % stay. { $limited ->
        [0] Keep more.
       *[other] Keep more, or relax maxSparsity, floor, roundTo or protect.
    }
reason-pattern-no-shape = it does not say what shape it has
reason-pattern-too-large = it has more elements than fit in memory
reason-pattern-type = its elements have a type that can't be computed with
error-no-test-pattern = No test pattern can be made for the input “{ $name }”, because { $reason }. So the model was not run.
part-test-pattern = a test pattern in place of the outputs of { $nodes }
warning-layers-at-limit = The limits (floor, roundTo, maxSparsity) let no more be removed from { $layers }. Other layers make up for it where they can.
warning-more-layers-at-limit =
    { $others ->
        [one] The limits (floor, roundTo, maxSparsity) let no more be removed from { $layers } and one other layer. Other layers make up for it where they can.
       *[other] The limits (floor, roundTo, maxSparsity) let no more be removed from { $layers } and { $others } other layers. Other layers make up for it where they can.
    }
list-others = others
error-folders-no-classes =
    { $count ->
        [one] The folder { $folders } is none of the model's { $classes } classes ({ $names }). Name each folder by a class's name, or by its number from 0, give the names as “classes” in the preset, or use the photos without labels, all in one folder.
       *[other] The folders { $folders } are none of the model's { $classes } classes ({ $names }). Name each folder by a class's name, or by its number from 0, give the names as “classes” in the preset, or use the photos without labels, all in one folder.
    }
error-folders-unnamed-classes =
    { $count ->
        [one] The folder { $folders } is none of the model's { $classes } classes, whose names are not known. Name each folder by the class's number from 0, give the names as “classes” in the preset, or use the photos without labels, all in one folder.
       *[other] The folders { $folders } are none of the model's { $classes } classes, whose names are not known. Name each folder by the class's number from 0, give the names as “classes” in the preset, or use the photos without labels, all in one folder.
    }
error-folders-unknown-classes =
    { $count ->
        [one] The folder { $folders } is no known classes of this model. Name each folder by the class's number from 0, give the names as “classes” in the preset, or use the photos without labels, all in one folder.
       *[other] The folders { $folders } are no known classes of this model. Name each folder by the class's number from 0, give the names as “classes” in the preset, or use the photos without labels, all in one folder.
    }
note-guess-width = The model leaves the width of its input open. { $assumed } is assumed.
note-guess-height = The model leaves the height of its input open. { $assumed } is assumed.
reason-preset-document = It can't be read ({ $reason }).
error-recipe-no-layer = This recipe can't be used with this model: “{ $field }” names a layer “{ $name }”, which the model does not have. { $hint }
hint-layers = Its { $count } layers have names such as “{ $first }” and “{ $last }”.
error-recipe-bytes = This recipe can't be used: zeros do not make an ONNX file smaller, so removing single weights or blocks can't reach a number of bytes. Remove whole channels, or give a target of sparsity or parameters.
reason-repack-outputs = it has another number of outputs
reason-repack-shape = it gives an output of shape { $given } instead of { $expected }
error-masked-nan = The masked model's output is all NaN, so there is nothing to compare with.
error-constants-not-finite = Node “{ $node }”: the constants of its removed channels are not finite numbers. Protect the layers before it.
error-apoz-no-zeros = This recipe can't be used with this model: “apoz” counts the zeros after activations such as Relu, and no channel of this model was ever zero. Use “taylor”, which needs no zeros.
error-criterion-no-pictures = “{ $criterion }” is measured on photos, and there are none. Add a few dozen.
error-criterion-not-measured = The criterion “{ $criterion }” is not measured on photos. It needs only the model.
error-scores-too-large = The scores of “{ $name }” are too large for single precision: this model's activations or gradients grow without bound on these photos.
error-scores-of-another = The scores by “{ $criterion }” were measured on another model: nothing in them fits “{ $layer }”. Measure them on this model.
error-no-input = This model has no input.
error-no-output = This model has no output.
error-not-finite = The model computes numbers that are not finite (NaN or infinity) at “{ $place }”, so nothing can be measured. Check the preset's mean and divisor.
error-label-outside = A photo has the class { $label } (counted from 0), but the model has only { $classes } classes. Name the classes in the preset in the model's order.
error-recipe-criterion = This recipe can't be used: its criterion “{ $name }” is unknown. { $hint }
error-criterion-unmeasured = This recipe's criterion “{ $name }” is measured on photos, and that has not been done yet. Measure it on your photos first.
warning-file-larger = The file has { $bytes } bytes, { NUMBER($share, maximumFractionDigits: 1) } % of the original's, and { NUMBER($asked, maximumFractionDigits: 1) } % were asked for. Names and other parts that pruning can't remove take more than expected, and no smaller file was found within the limits.
warning-sizes-settled = These nodes hold sizes as numbers now, which the model computed before: { $nodes }. The file may run at { $sizes } only.
warning-repack-differs = The re-packed model differs from the masked one by { $difference } on the input that it was checked on.
reason-kept-last = its channels go together, and at least one has to stay
error-lineage = The file's record of its cuts (“{ $key }”) can't be read.
error-not-its-original = “{ $name }” has channels that this original does not have. Give the model that it was pruned from.
error-mask-unfit = The mask of “{ $name }” does not fit the tensor of that name.
note-constants-folded = the constants of removed channels were folded into the bias; the outputs stay the same
note-constants-vary = what removed channels still carried was not the same everywhere, so it was dropped
note-constants-border = the layer's padding makes the constants of removed channels count unevenly, so they were dropped
note-constants-shared = another layer shares these weights and could not fold the constants, so they were dropped
error-no-unit = The channel unit { $unit } does not exist: the model has { $units }.
error-whole-layer = All { $channels } channels of layer “{ $layer }” would be removed. At least one has to stay.
error-not-stored = “{ $name }” is not a stored tensor of numbers, so its channels can't be removed.
error-bias-unfit = Node “{ $node }” has a bias that does not fit its weights.
error-outputs-not-floats = Node “{ $node }” has outputs that are not floats.
error-node-new-shapes = Node “{ $node }” ({ $operator }) can't take its tensors' new shapes: it { $reason }.
reason-operator-unknown = has an operator that is not supported
error-repack-shape = Re-packing gave “{ $name }” a shape that does not follow from the others, so the model can't be re-packed. Please report it.
error-criterion-channels = This recipe can't be used: the criterion “{ $criterion }” judges whole channels, not single weights. Use the granularity “channel”, or another criterion such as “l1”.
error-no-cut = Nothing has been pruned yet. Choose a recipe first.
error-no-channels =
    { $layers ->
        [0] No channels can be removed: the model has no layer whose weights are stored in it.
       *[other] No channels can be removed: all are tied to the model's inputs, its outputs, or operators that can't lose channels. Single weights can be removed (granularity “weight”).
    }
error-no-branches = No branches can be removed: in this model, no operator that joins several inputs could pass one of them on and leave a layer out. Channels or single weights can be removed (granularity “channel” or “weight”).
error-recipe-every-branch =
    { $branches ->
        [one] This recipe can only be followed without the model's only branch, and at least one has to stay. Ask for less, or remove channels (granularity “channel”).
       *[other] This recipe can only be followed without any of the model's { $branches } branches, and at least one has to stay. Ask for less, or remove channels (granularity “channel”).
    }
error-criterion-branches = This recipe can't be used: the criterion “{ $criterion }” judges whole branches only. Use the granularity “branch”, or another criterion such as “l2”.
error-criterion-no-branch-score = This recipe can't be used with this model: “{ $criterion }” finds nothing by which to judge the branch “{ $branch }”. Use another criterion, such as “l2”.
error-pattern-fixed = A pattern such as 2:4 fixes how much is removed.
error-no-layer = There is no layer { $layer }.
note-score-units = { $criterion }, over all slices that go together, relative to the group's mean where layers are ranked together
note-score-slices = { $criterion } of each output channel's weights; no channel is removed as a whole
error-weights-unreadable = The weights of layer “{ $name }” can't be read as numbers.
warning-zeros-stay = Zeros stay in the file, and engines multiply by them all the same. The ONNX file gets no smaller (it only compresses better), and the model gets no faster.
warning-pattern-fixed = The pattern { $n }:{ $m } removes { NUMBER($share, maximumFractionDigits: 0) } % of the weights of each layer whose inputs come in groups of { $m }, whatever the target and the shares of layers are.
reason-pattern = “{ $n }:{ $m }” keeps { $n } of every { $m } weights. The first number must be smaller than the second, and both must be from 1 to 64.
reason-granularity = “{ $text }” is not “weight”, “block”, “channel”, “branch” or a pattern such as “2:4”.
reason-recipe-uniform-branches = The allocation “uniform” takes the same share of each layer, and a branch goes whole. Use “global” or “manual” with the granularity “branch”.
reason-recipe-json = It is not a JSON document ({ $reason }).
reason-recipe-object = A recipe is a JSON object, such as { "{" }"target": { "{" }"macs": 0.7{ "}" }{ "}" }.
part-recipe = The recipe
part-target = Its target
reason-recipe-targets = A recipe has one target, not { $count }. Give one of { $targets }.
reason-recipe-target = The target must be an object such as { "{" }"macs": 0.7{ "}" }, not { $given }.
reason-recipe-value = A field has a value that does not fit ({ $reason }).
reason-recipe-no-target = The recipe has no target. Add one of { $targets }, such as "target": { "{" }"macs": 0.7{ "}" }.
reason-recipe-manual = The allocation “manual” needs “layers”: a share to remove for each layer's name.
reason-recipe-floor = “floor” must be at least 1: a layer needs a channel.
reason-recipe-round-to = “roundTo” is { $value }. It must be from 1 (no rounding) to 256, usually 4 or 8.
reason-recipe-needs-block = The granularity “block” needs “block”: its rows and columns, such as [4, 1].
reason-recipe-block = “block” is [{ $rows }, { $columns }]. Both numbers must be from 1 to 4096.
reason-recipe-block-only = “block” goes with the granularity “block”, not with “{ $granularity }”.
error-recipe = This recipe can't be used. { $reason }
reason-recipe-share = “{ $field }” is { $share }. It is a share, from { $low } to { $high }.
reason-recipe-field = { $place } has a field “{ $name }”, which is unknown. { $hint }
hint-did-you-mean = Did you mean “{ $name }”?
hint-known = Known names are { $names }.
error-augmentation = The augmentation “{ $name }” is { $value }. It must be from 0 to { $most }.
error-folder-two-classes = The folder “{ $folder }” matches both class { $first } and class { $second } (counted from 0). Rename it to the class number.
error-folder-class-outside = The folder “{ $folder }” stands for class { $class } (counted from 0), but the model has only { $classes } classes. Name each folder by a class's name or number.
error-too-few-pictures = There are too few photos to train on some and measure on others. Add some more different ones, a few dozen in all.
error-file-unopened = “{ $name }” can't be opened ({ $reason }).
error-picture-format = “{ $name }” is not a JPEG, PNG or WebP image.
error-file-damaged = “{ $name }” is damaged or incomplete ({ $reason }).
error-no-folder = There is no folder “{ $path }”.
error-folder-empty = “{ $path }” holds no photos. Put JPEG, PNG or WebP files in it, or in one sub-folder for each class.
error-folder-both-parts = The folder holds a part to train on and a part to test on. Choose one: “train” or “test”.
error-folder-no-parts = The folder holds no IDX files and no folder “test” around classes, so it has no part to choose. Leave --split out.
error-folder-no-train = The folder holds no photos of the split “train”.
error-file-unreadable = “{ $path }” can't be read ({ $reason }).
note-guess-gray = Gray pixels are assumed to be scaled to 0…1.
note-guess-colors = Colors are assumed to be red, green, blue with ImageNet's mean and standard deviation.
note-guess-imagenet = The model has { $count } outputs, so its classes are assumed to be ImageNet's.
note-guess-classes = The names of its classes are not known, so they are numbered.
note-guess-axes = The model's input has { $axes } axes, and a photo needs four (batch, channels, height, width), so the model can't be run on photos.
note-guess-layout = No axis of the model's input has length 3 or 1, so the order batch, 3 channels, height, width is assumed.
error-idx = “{ $name }” is not an IDX file of bytes: { $reason }.
reason-idx-start = it does not begin with two zero bytes (unpack it if it is a .gz)
reason-idx-type = its elements have type { $kind } and { $axes } axes, not type 8 and 1 to 3
reason-idx-header = it ends within its header
reason-idx-length = its header announces { $shape } bytes, but { $count } follow
error-idx-pictures = An IDX file of images has 3 axes (count, rows, columns), and this one has { $axes }. Is it the file of the labels?
error-idx-labels = An IDX file of labels has 1 axis (count), and this one has { $axes }. Is it the file of the images?
error-idx-labels-missing = The labels of “{ $path }” are missing. They should lie beside it as “{ $name }” or “{ $name }.gz”.
error-idx-both-parts = “{ $path }” holds a part to train on and a part to test on. Choose one: “train” or “test”.
error-idx-no-part = “{ $path }” holds no photos of the split “{ $part }”.
error-photo-bytes = A photo of { $width } × { $height } pixels needs { $expected } bytes of RGBA, but has { $given }.
error-photo-empty = This photo has no pixels.
error-photo-too-large = This photo has { $width } × { $height } pixels, and the most is { $most } million. Make it smaller first.
error-photo-resize = This photo can't be resized ({ $reason }).
error-picture-bytes = { $bytes } bytes are not a whole number of photos of { $width } × { $height } pixels with { $channels } bytes each.
error-half-labeled = Some of these photos have a label and some have none. Label all of them or none.
error-label-count = There are { $pictures } photos and { $labels } labels, so they don't belong together. Use the labels of these photos.
reason-preset-size = “size” is { $width } × { $height }. Each side must be from 1 to { $most }.
reason-preset-counts = “mean” has { $means } and “std” has { $stds } numbers. Give three of each for a color model, or one of each for a gray one.
reason-preset-mean = “mean” holds { $value }, which is not a finite number.
reason-preset-std = “std” holds { $value }. It divides pixels from 0 to 255, so it must be 1 or more (multiply numbers meant for pixels from 0 to 1 by 255, both mean and std).
reason-preset-classes = “classes” is an empty list. Leave it out if the names aren't known.
error-preset-unfit = The model takes { $model }, but the preset turns a photo into { $preset }. Change the preset's size, layout or the number of its means to fit.
error-preset = This preset can't be used. { $reason }
error-sheet = “{ $name }” has { $sheetWidth } × { $sheetHeight } pixels, which is not a sheet of { $count } photos of { $width } × { $height }. Check that these are its labels, and this its preset.

## Errors: recovering, training and searching

error-diverged-at-step = Training diverged at step { $step } (the loss is { NUMBER($loss, maximumFractionDigits: 3) }). The weights of step { $kept } are kept. Try a learning rate below { $rate }.
error-diverged-at-end = Training had diverged by its last step, { $step }. The weights of step { $kept } are kept. Try a learning rate below { $rate }.
error-steps-range = Training can't take { $steps } steps. Give a number above 0 and up to { $most }.
error-epochs-range = Training can't take { $epochs } epochs. Give a number above 0 and up to { $most }.
error-minutes-range = Training can't take { $minutes } minutes. Give a number above 0 and up to { $most }.
method-correct-bias = Bias correction
method-reconstruct = Reconstruction
method-distill = Distillation
reason-no-runs = there are no runs to summarize
reason-photo-no-floats = a photo did not become floats
reason-output-length = an output does not have as many numbers as its shape says
part-ort-web = ONNX Runtime Web
part-checked-in-ort-web = { $on } in ONNX Runtime Web
error-batch-workers = A batch of { $batch } can't be split among { $workers } workers. Use at least one worker, and at least one photo for each.
error-batch-size = The batch size must be a whole number from 1 to { $most }, not { $batch }. 64 is good for small photos, 8 for large ones.
error-no-batch-norm = This model has no BatchNormalization whose statistics could be recalibrated (it may be folded into the convolutions). Use reconstruction instead.
error-few-for-statistics = Recalibration needs at least two photos, and a few dozen for good statistics.
error-few-for-reconstruction = Reconstruction needs at least { $fewest } photos, and a few dozen for good results. There are { $count }.
error-unknown-channels = The layer “{ $layer }” has { $count } channels and the original { $all }, but the file does not say which ones are left. Give a file that Secateur pruned, and the model that it was pruned from.
error-no-training-pictures = There are no photos to train on.
error-nothing-to-learn-from = These photos have no labels, and there is no original to learn from. Give one of the two.
error-more-classes = The photos show { $shown } classes, but the model has only { $classes }. Leave some out, or use the model's own classes.
error-one-class = All photos show one class, so a model that trains on them forgets all others. Add photos of at least one more class.
error-needs-original = { $method } needs the original model beside the pruned one.
error-needs-labels = Fine-tuning learns from labels, and these photos have none. Use one folder for each class, or use distillation, which learns from the original.
error-feature-no-floats = “{ $name }” holds no floats, so it can't be matched.
error-original-no-classifier = The original is not a classifier.
error-no-classifier = This model is not a classifier.
error-output-nan = The model's output holds values that are not numbers (NaN).
error-class-counts = The model has { $classes } classes and its original { $original }, so they can't be compared.
error-no-reference = The original was not run on this photo.
error-reference-count = There are { $pictures } photos but { $answers } outputs of the original, so they are not of the same photos.
error-no-clock-for-time = There is no clock here, so time can't be reduced. Reduce multiply-adds.
error-other-pictures = These are not the photos that the search began with, so its results do not hold for them. Choose the same photos again, or start a new search.
error-line = The maximum accuracy drop must be from 0 to below 100 percentage points.
error-time-share = The time to keep must be a share of the original's, above 0 and up to 1.
error-time-needs-channels = Zeros take as long to multiply as other numbers, so only removing whole channels saves time. Use the granularity “channel”.
error-findings-lack-scores = What was measured on the photos lacks the criterion's scores.
error-findings-lack-metrics = What was measured on the photos lacks the original's metrics with other statistics.
error-shrink-share = The share to be left must be above 0 and below 1.
error-shrink-sparsity = Choose a target for multiply-adds, parameters, or bytes.
strategy-branches = Branches only
strategy-mostly-branches = Mostly branches, then channels
strategy-mostly-channels = Some branches, then mostly channels
strategy-channels = Channels only
error-rounds = The number of rounds must be a whole number from 1 to { $most }, not { $rounds }.
error-levels = Sensitivity needs levels: shares to remove, each above 0 and below 1.
error-no-layer-to-prune = There is no layer that this recipe can prune. Choose another granularity, or protect fewer layers.
error-no-such-point = There are { $count } points to measure, and this is number { $number }.
error-search-needs-target = The recipe needs a target, such as { "{" }"macs": 0.3{ "}" }. It says what to reduce, and where to stop at the latest.
error-steps = The number of steps must be a whole number from 1 to { $most }, not { $steps }.
error-no-clock-for-minutes = There is no clock here, so minutes can't be counted. Give a number of steps or epochs.
error-different-models = The workers that train together hold different models. Start again.
error-network-to-train = A network to train needs photos of at least 4 × 4 pixels, at least one channel, a width of 1 or more, and at least two classes.
error-batch-labels = There are { $labels } labels for the { $pictures } photos of a batch. Give each photo its own.
error-target-class = A photo has the class { $label } (counted from 0), but the model has only { $classes } classes. Leave it out, or name the classes in the model's order.
error-teacher-classes = The original has { $original } classes and the pruned model { $classes }, so it can't learn from the original. Give the model that this one was pruned from.
error-teacher-not-finite = The original's outputs hold values that are not finite (NaN or infinity), so nothing can be learned from it. Check its weights, and the preset's mean and divisor.
error-batch-not-finite = A photo of this batch holds numbers that are not finite (NaN or infinity). Check the preset's mean and divisor, and leave that photo out.
error-feature-not-kept = A feature to match is not kept during training. Name it before training begins.
error-logits-not-finite = The model's outputs hold values that are not finite (NaN or infinity) before training begins. Check its weights, and the preset's mean and divisor.
error-setting-batch = A batch needs at least one photo.
error-setting-rate = The learning rate must be a number above 0.
error-setting-clip = The gradient-clipping norm and the temperature must be numbers above 0.
error-setting-momentum = The momentum must be at least 0 and below 1.
error-momentum-of-adamw = AdamW has no momentum. Choose SGD, or leave the momentum out.
error-setting-smoothing = Label smoothing and the label-loss weight must be from 0 to 1.
error-setting-parts-of-training = Features can be matched, and weights averaged, over a share of the training from 0 to 1.
error-setting-mixup = Mixup must be a number from 0 to { $most }.
error-setting-decay = The weight decay must be 0 or more.
error-no-model = No model is open. Choose one from the gallery, or drop an ONNX file.
error-no-cut-to-check = There is no pruned model to check. Move the slider to make one.
error-labels-mixed = These files have labels of their own, and others lie in folders named by class. Choose one kind.
error-no-photos = There are no photos to train on yet.
error-no-recovery = No recovery is running.
error-no-target = There is no target to spread across the layers. Move the slider first.
error-search-version = That search was saved by another version of this page. Start it again.
error-other-classes = The two models do not have the same classes, so they can't be compared.
error-no-photos-to-compare = There are no photos to compare on.
error-output-lengths = The two outputs do not have the same length.
error-not-loaded = That model is not loaded yet.
error-photo-unfit = The model takes { $expected } numbers of shape { $shape }, but the photo has { $given }. Check the preset's size and channels.
error-output-no-floats = The model's first output holds no floats, so the model is not a classifier.
error-seed = The seed must be a whole number from 0 to { $most }, not { $number }.
part-your-photo = your photo
part-plain-test-pattern = a test pattern
part-magnitude = magnitude of the weights

## Command: what it is doing

command-progress-cutting = Pruning
command-progress-layers = Pruning one layer at a time
command-progress-pruning = Pruning, re-packing and checking
command-progress-groups = Finding channel groups
command-progress-evaluating = Evaluating
command-progress-measuring = Measuring
command-progress-rates = Trying learning rates
command-progress-baseline = Measuring both models
command-progress-test = Measuring on the test set
command-progress-criterion = Measuring the criterion
command-progress-original = Measuring the original
command-progress-opening = Opening the model
command-progress-opening-both = Opening the models
command-progress-planning = Planning
command-progress-pictures = Reading photos
command-progress-recovering = Recovering accuracy
command-progress-running = Running
command-progress-spreading = Spreading the pruning across layers
command-progress-training = Training
command-progress-writing = Writing

## Command: what it says on the way

command-warning = warning: { $text }
command-note = note: { $text }
command-warning-half-labeled = Some photos are in a class folder and some are not, so all of them are treated as photos without labels.
command-warning-left-out = A photo was left out. { $reason }
command-recover-rate = note: Learning rate: { NUMBER($rate, maximumSignificantDigits: 2) }. It did best in a short test on the validation photos.
command-note-guessed = note: No preset was given, so the preprocessing is guessed from the model's shapes:
command-train-epoch = epoch { $epoch }: loss { NUMBER($loss, minimumFractionDigits: 4, maximumFractionDigits: 4) }, training accuracy { $accuracy }, { NUMBER($seconds, maximumFractionDigits: 0) } s
command-search-accepted = { $share } kept: { $pruned } after pruning, { $recovered } after recovery, accepted
command-search-rejected = { $share } kept: { $pruned } after pruning, { $recovered } after recovery, rejected

## Command: tables

command-percent = { NUMBER($percent, minimumFractionDigits: 2, maximumFractionDigits: 2) } %
command-percent-rounded = { NUMBER($percent, minimumFractionDigits: 1, maximumFractionDigits: 1) } %
command-nats = { NUMBER($nats, minimumFractionDigits: 4, maximumFractionDigits: 4) }
command-milliseconds = { NUMBER($milliseconds, minimumFractionDigits: 3, maximumFractionDigits: 3) }
command-column-before = Before
command-column-after = After
command-column-kept = Kept
command-column-removed = −{ NUMBER($percent, maximumFractionDigits: 0) } %
command-column-on-photos =
    { $count ->
        [one] On { $count } photo
       *[other] On { $count } photos
    }
command-column-held-back =
    { $count ->
        [one] On { $count } photo held back
       *[other] On { $count } photos held back
    }
command-column-layer = Layer
command-column-layers = Layers
command-column-kind = Kind
command-column-channels-in = Channels in
command-column-channels-out = Channels out
command-column-bytes = Bytes
command-column-group = Group
command-column-probability = Probability
command-column-class = Class
command-row-parameters = Parameters
command-row-nonzeros = Non-zero parameters
command-row-macs = Multiply-adds
command-row-activations = Activation memory (bytes)
command-row-file = ONNX file (bytes)
command-row-time = Time per photo (ms)
command-row-accuracy = Accuracy (top-1)
command-row-agreement = Agreement with the original
command-row-loss = Mean loss (cross-entropy, in nats)
command-row-divergence = Mean KL divergence (in nats)

## Command: answers

command-inspect-title = { $name } (opset { $opset })
command-inspect-title-by = { $name } (opset { $opset }, exported by { $producer })
command-inspect-input = Input { $name }: { $type } { $shape }
command-inspect-output = Output { $name }: { $type } { $shape }
command-inspect-totals = In total: { $parameters } parameters ({ $nonzeros } of them not zero), { $macs } multiply-adds, { $activations } bytes of activation memory, { $bytes } bytes in the ONNX file
command-inspect-groups = Channel groups (their layers lose channels together)
command-inspect-group = { $group }: { $channels } channels of { $layers }
command-inspect-no-groups = none
command-inspect-branches = Branches that can be removed whole, with the multiply-adds that this saves
command-inspect-branch = { $branch }: { NUMBER($share, maximumFractionDigits: 1) } %, { $layers }
command-inspect-kept = Channels that can't be removed
command-inspect-kept-channels = { $layer }: { $kept } of { $count } channels: { $reason }
command-inspect-unsupported = Operators that are not supported
command-inspect-operator =
    { $operator } (opset { $opset }): { $count ->
        [one] node “{ $node }”
       *[other] { $count } nodes, “{ $node }” among them
    }
command-inspect-warnings = Warnings
command-prune-measured =
    { $photos ->
        [one] “{ $criterion }” was measured on { $photos } photo.
       *[other] “{ $criterion }” was measured on { $photos } photos.
    }
command-prune-measured-labels =
    { $photos ->
        [one] “{ $criterion }” was measured on { $photos } photo, using its label.
       *[other] “{ $criterion }” was measured on { $photos } photos, using their labels.
    }
command-prune-measured-first-choice =
    { $photos ->
        [one] “{ $criterion }” was measured on { $photos } photo, using the model's own prediction because the photo has no label.
       *[other] “{ $criterion }” was measured on { $photos } photos, using the model's own predictions because the photos have no labels.
    }
command-prune-measured-all = All the photos were used, so none are left to test the pruned model on.
command-prune-checked = Checked: the smaller file gives the same answers as the masked model (largest difference { $difference }).
command-prune-checked-with = Checked with { $how }: the smaller file gives the same answers as the masked model (largest difference { $difference }).
command-prune-not-checked = Not checked: { $reason }
command-recover-not-measured = The photos have no labels and no original was given, so the models were not compared.
command-recover-not-judged = note: Nothing tells whether the model becomes better: for that, the command needs labels or an original, and photos to hold back. The last weights are kept.
command-recover-none-held-back = There are too few photos to hold any back, so the recovered model is not measured. Measure it on other photos with “secateur evaluate”.
command-recover-chosen-by = These photos were also used to choose the best weights, so expect slightly lower numbers on new photos.
command-recover-agreement-kl = agreement { $agreement }, mean KL divergence { NUMBER($kl, minimumFractionDigits: 4, maximumFractionDigits: 4) }
command-recover-kept-start =
    { $photos ->
        [one] No step improved the results on { $photos } validation photo ({ $score }), so the model stays as it was before recovery.
       *[other] No step improved the results on { $photos } validation photos ({ $score }), so the model stays as it was before recovery.
    }
command-recover-kept =
    { $photos ->
        [one] The results on { $photos } validation photo were best after step { $kept } of { $last } ({ $score }), so the weights of that step are kept.
       *[other] The results on { $photos } validation photos were best after step { $kept } of { $last } ({ $score }), so the weights of that step are kept.
    }
command-search-tested =
    { $photos ->
        [one] Accuracy and loss are measured on { $photos } photo that was not used for training or for choosing a model.
       *[other] Accuracy and loss are measured on { $photos } photos that were not used for training or for choosing a model.
    }
command-search-chosen-by =
    { $photos ->
        [one] Accuracy and loss are measured on { $photos } photo that was also used to choose the model, because there are too few photos for a separate test set. Expect slightly lower numbers on new photos.
       *[other] Accuracy and loss are measured on { $photos } photos that were also used to choose the model, because there are too few photos for a separate test set. Expect slightly lower numbers on new photos.
    }
command-shrink-tried = { $strategy }: { $share } of the multiply-adds left, { $cut } after pruning, { $recovered } after reconstruction ({ NUMBER($nats, minimumFractionDigits: 3, maximumFractionDigits: 3) } nats from the original)
command-shrink-impossible = { $strategy }: not possible. { $reason }
command-shrink-judged = After { $steps } training steps: { $score } ({ NUMBER($nats, minimumFractionDigits: 3, maximumFractionDigits: 3) } nats from the original)
command-shrink-taken = Best strategy: { $strategy }. { $recoveries }
command-shrink-uncut = Every cut lost more accuracy than allowed, so the model stays as it was.
command-shrink-unrecovered = Neither reconstruction nor training made the pruned model better, so its weights stay as they were.
command-shrink-reconstructed = Then reconstructed. Training did not make it better.
command-shrink-trained = Then trained. Reconstruction did not make it better.
command-shrink-both = Then reconstructed and trained.
command-sensitivity-accuracy =
    { $photos ->
        [one] Accuracy on { $photos } photo, with one layer pruned at a time. The unpruned model has { $original }.
       *[other] Accuracy on { $photos } photos, with one layer pruned at a time. The unpruned model has { $original }.
    }
command-sensitivity-agreement =
    { $photos ->
        [one] Agreement with the original on { $photos } photo, with one layer pruned at a time. The unpruned model has { $original }.
       *[other] Agreement with the original on { $photos } photos, with one layer pruned at a time. The unpruned model has { $original }.
    }
command-sensitivity-recalibrated =
    { $photos ->
        [one] The normalization statistics were recalibrated on { $photos } other photo.
       *[other] The normalization statistics were recalibrated on { $photos } other photos.
    }
command-train-done = Trained in { NUMBER($seconds, maximumFractionDigits: 0) } s
command-train-untrained = Not trained. The network has its initial weights.
command-run-time = Time per photo: { NUMBER($median, minimumFractionDigits: 2, maximumFractionDigits: 2) } ms (median of { $runs } runs; the middle half took { NUMBER($low, minimumFractionDigits: 2, maximumFractionDigits: 2) } to { NUMBER($high, minimumFractionDigits: 2, maximumFractionDigits: 2) } ms)

## Command: errors

command-error-no-file = There is no file “{ $path }”.
command-error-folder = “{ $path }” is a folder. Give a file.
command-error-large = “{ $path }” has { $size } bytes, and at most { $most } can be read.
command-error-no-text = “{ $path }” is not a text file in UTF-8.
command-error-no-place = “{ $path }” can't be written: there is no folder “{ $folder }”.
command-error-no-ordinary-file = “{ $path }” can't be written: it exists, and it is not an ordinary file.
command-error-no-name = “{ $path }” is not a file name.
command-error-unwritten = “{ $path }” can't be written ({ $reason }).
command-error-same-file = Two results can't go to the same file, “{ $path }”. Give each its own.
command-error-answer = The result can't be written ({ $reason }).
command-error-open-sizes = “{ $path }”: the model leaves these sizes open: { $names }. Give a number for each, such as --size { $first }=224.
command-error-inputs = This model has { $count } inputs. Only a model with one input can run on photos.
command-error-no-photos = None of the photos can be read.
command-error-only-test-photos = “{ $path }” contains only test photos, so there are none to train on. Add a folder “train” with photos for training.
command-error-needs-original = This method learns from the original. Give it, as --original ORIGINAL.onnx, or use the method “recalibrate” or “fine-tune”.
command-error-best-needs-original = The photos have no labels, so the best weights can only be chosen by comparing with the original. Give it, as --original ORIGINAL.onnx, or keep the last weights.
command-error-criterion-needs-photos = The criterion “{ $name }” is measured on photos. Give some, as --data FOLDER.
command-error-nothing-cut = Nothing was removed, so no file was written. The recipe asks for less than one channel or weight, or what it asks for is zero already.
command-error-no-times = No run was timed.
command-error-no-target = “{ $path }” has no target to spread across the layers. Add one, such as { "{" }"macs": 0.5{ "}" }.
command-error-no-idx-files = “{ $path }” contains no IDX files, such as train-images-idx3-ubyte.gz.

## Command: errors in its arguments

command-usage-no-command = No command was given. { command-usage-commands }
command-usage-unknown-command = There is no command “{ $command }”. { $hint }
command-usage-unknown-option = There is no option “{ $option }” here. { $hint }
command-usage-unexpected = “{ $word }” is one argument too many. Add --help to see the arguments.
command-usage-commands = “secateur --help” lists the commands.
command-usage-options = Add --help to see the options.
command-usage-missing =
    { $count ->
        [one] This argument is missing: { $arguments }.
       *[other] These arguments are missing: { $arguments }.
    }
command-usage-twice = “{ $argument }” is given twice. Give it once.
command-usage-conflict = “{ $argument }” can't be used together with { $others }.
command-usage-no-value = “{ $argument }” needs a value.
command-usage-no-value-of = “{ $argument }” needs a value. Possible values are { $known }.
command-usage-takes-no-value = “{ $argument }” takes no value. Remove “{ $value }”.
command-usage-unknown-value = “{ $value }” is not a possible value of “{ $argument }”. Possible values are { $known }.
command-usage-unfit-value = “{ $value }” is not a possible value of “{ $argument }”. { $reason }
command-usage-number = Give a number.
command-usage-number-from = Give a whole number of { $least } or more.
command-usage-number-between = Give a whole number from { $least } to { $most }.
command-usage-size = Give an axis and its length, such as height=224.
command-usage-target = Give what to reduce and the share of it that is to be left, above 0 and below 1, such as macs=0.75, parameters=0.5, or bytes=0.5.
command-usage-utf8 = An argument is not text in UTF-8.
command-usage-other = These arguments don't fit together. { command-usage-options }

## Command: help on the commands

help-secateur = Makes neural networks smaller and faster. It prunes an ONNX model, recovers the model's accuracy, and writes a new ONNX model.
help-inspect = Show the layers of a model and which channels can be removed.
help-prune = Prune a model as a recipe describes.
help-evaluate = Measure a model's accuracy on photos.
help-recover = Recover the accuracy of a pruned model.
help-shrink = Make a model smaller automatically: prune it in several ways, recover each, and train the best.
help-search = Find the smallest model: prune and recover in rounds until the accuracy drops too far.
help-sensitivity = Measure how much pruning each layer can take.
help-train = Train a small network from scratch, so that there is something to prune.
help-run = Run a model on a photo and show the most likely classes.
help-help = Show the help of a command.

## Command: help on arguments

help-default = { $help } Default: { $value }.
help-value = { $name }: { $meaning }
help-heading-usage = Usage
help-heading-commands = Commands
help-heading-arguments = Arguments
help-heading-options = Options
help-heading-photos = Photos
help-heading-recovery = Recovery settings
help-heading-augmentation = Augmentation
help-heading-criteria = Criteria that a recipe can name

help-any-help = Show this help.
help-any-version = Show the version.
help-any-language = Language of all messages, such as en. You can also give your own catalog file (.ftl). By default, the system's language is used. If it is not available, English is used.
help-help-command = The command.
help-any-json = Print the result as JSON.
help-any-model = The ONNX model.
help-any-size = Length of an axis that the model leaves open, such as height=224. Repeat this option for each axis. The batch can stay open. The file that is written leaves the axis open as before.
help-any-seed = Seed for all random choices. The same seed gives the same result.
help-any-recipe = The recipe (JSON): what to prune. docs/recipe.md describes it.

help-any-data = Photos with labels (a folder with one subfolder for each class) or without labels (all in one folder). If the class folders are inside “train” and “test” folders, the test photos are used only for testing. IDX files (the MNIST format, gzipped or not) and the datasets of the page's gallery also work.
help-any-split = Use only one part of a dataset that is divided into “train” and “test”. By default, the model is trained on “train” and measured on “test”.
help-any-split-train = The training photos.
help-any-split-test = The test photos.
help-any-preset = The preset (JSON): how a photo becomes the model's input. docs/preset.md describes it. Without a preset, the preprocessing is guessed from the model.
help-train-preset = The preset (JSON): how a photo becomes the network's input. docs/preset.md describes it.
help-any-photos = Use at most this many photos. The seed chooses them.

help-prune-data = Photos to measure the criterion on, if it uses photos: a folder with one subfolder for each class, a folder of photos without labels, or IDX files (the MNIST format). Some of them are held back for testing.
help-prune-split = Use only one part of a dataset that is divided into “train” and “test”. By default, “train” is used.
help-prune-seed = Seed for choosing the photos. All other random choices follow the recipe's seed.
help-prune-output = File for the pruned model.
help-prune-report = File for a report (JSON) of what was removed.

help-evaluate-split = Measure on this part of a dataset that is divided into “train” and “test”.
help-evaluate-original = The original model. How often both models give the same answer is measured as well.

help-recover-model = The pruned ONNX model.
help-recover-original = The ONNX model before pruning. The methods “recalibrate” and “fine-tune” need none; without it, models are compared by the photos' labels only.
help-recover-output = File for the recovered model.
help-recover-keep = Which weights to keep. By default, the best ones, or the last ones if nothing tells good from bad: there are neither labels nor an original, or too few photos.
help-recover-keep-last = The weights after the last step.
help-recover-keep-best = The weights with the best results on validation photos. These photos are held back from training.

help-any-method = How to recover the accuracy.
help-any-method-recalibrate = Measure the statistics of the BatchNormalization layers again. Changes no weights and needs no labels.
help-any-method-correct-bias = Change only the biases, so that each layer's average output matches the original. Needs no labels.
help-any-method-reconstruct = Fit the remaining weights so that each layer gives the same output as in the original. Needs no labels.
help-any-method-distill = Train the pruned model to give the same answers as the original. Needs no labels, but can use them.
help-any-method-fine-tune = Train the pruned model on labels.
help-any-steps = Train for this many steps. In each step, the model trains on one batch of photos.
help-any-epochs = Train for this many epochs instead. In each epoch, the model trains on every photo once.
help-any-minutes = Train for this many minutes instead. Another run may take a different number of steps, so its results may differ.
help-any-batch-size = Number of photos in a batch.
help-any-optimizer = The optimizer: how the gradients change the weights.
help-any-optimizer-sgd = SGD with momentum.
help-any-optimizer-adamw = Adam with decoupled weight decay.
help-any-learning-rate = Learning rate. If a schedule changes it, this is the highest value. Distillation on large photos with “--keep best” finds it by a short test if none is given.
help-any-learning-rate-schedule = How the learning rate changes during training.
help-any-learning-rate-schedule-constant = It stays the same.
help-any-learning-rate-schedule-cosine = It decays along a cosine.
help-any-learning-rate-schedule-one-cycle = It goes up, then down.
help-any-weight-decay = How strongly each step pulls the weights toward zero.
help-any-momentum = Momentum of SGD, from 0 to below 1. Default: 0.9.
help-any-gradient-clipping = Largest norm of the gradients. Longer gradients are shortened to it. Default: 5.
help-any-temperature = Temperature for distillation: both models' logits are divided by it. Default: 4, or 2 for large photos.
help-any-label-smoothing = Share of each label that is spread over all classes, from 0 to 1.
help-any-label-weight = Label-loss weight for distillation, from 0 to 1. At 0, only the original's answers count.
help-any-match-features = A feature to match in distillation, named after the output of a node. Repeat this option for more features. “stages” (the default) stands for the last feature of each resolution, “none” for no features.
help-any-match-until = Match features up to this share of the way, from 0 to 1. Default: all the way for large photos, 0.1 for small ones.
help-any-mixup = Mix photos in pairs for distillation: 1 mixes them in any proportion, smaller numbers mostly keep one of the two, 0 mixes none.
help-any-average-weights = Average the weights over this share of the steps, at the end of training, from 0 to 1.
help-any-workers = Number of workers (threads) that divide each batch. A different number gives different weights.
help-any-flip = Flip half of the photos, left to right.
help-any-shift = Shift photos by up to this share of their size, from 0 to 1.
help-any-rotate = Rotate photos by up to this many degrees.
help-any-color-jitter = Change brightness, contrast, and each color by up to this share.
help-any-crop = Crop photos by up to this share of their area, and resize what is left.

help-shrink-target = What to reduce, and the share of it that is to be left, such as macs=0.75 (multiply-adds), parameters=0.5, or bytes=0.5 (of the file).
help-shrink-max-drop = Remove as many multiply-adds as possible without losing more accuracy than this, in percentage points. Without labels, the agreement with the original counts instead of the accuracy.
help-shrink-steps = Number of training steps for the best model. By default, as many as take a few minutes: the smaller the model, the more.
help-shrink-output = File for the smaller model.
help-shrink-report = File for a report (JSON): everything that was tried, and the steps that do the same by hand.

help-search-recipe = The recipe (JSON): what to prune. Its target sets what to reduce and where the search ends at the latest. docs/recipe.md describes it.
help-search-max-drop = Maximum accuracy drop, in percentage points. Without labels, the agreement with the original counts instead of the accuracy.
help-search-pruning-schedule = How much each round removes.
help-search-pruning-schedule-adaptive = Adaptive steps, which are halved each time the accuracy drops too far.
help-search-pruning-schedule-one-shot = Everything in one step.
help-search-pruning-schedule-linear = Equal steps.
help-search-pruning-schedule-cubic = Large steps first.
help-search-rounds = Number of rounds, if the pruning schedule is “linear” or “cubic”.
help-search-target-time = Reduce the measured time per photo to this share of the original's, such as 0.5. The recipe's target is not used then.
help-search-output = File for the smallest model that does not exceed the maximum accuracy drop.
help-search-report = File for a report (JSON) of all models that were tried.

help-sensitivity-recipe = The recipe (JSON). Each layer is pruned with its criterion, granularity, and limits. docs/recipe.md describes it.
help-sensitivity-levels = Shares to remove from each layer, such as 0.25,0.5.
help-sensitivity-validation-photos = Measure on at most this many validation photos. More photos show smaller differences between layers.
help-sensitivity-spread = Spread the pruning by sensitivity: write a recipe to this file that has the same target but removes less from sensitive layers.

help-train-data = Folder with IDX files (the MNIST format): train-images-idx3-ubyte to train on, t10k-images-idx3-ubyte to test on, and their labels.
help-train-width = Channels of the first convolution. Later layers have up to eight times as many.
help-train-epochs = Train for this many epochs. In each epoch, the network trains on every photo once. With 0, it is written untrained.
help-train-output = File for the network.
help-train-log = File for the training log (JSON), with one row for each finished epoch.

help-run-photo = The photo: a JPEG, PNG, or WebP file.
help-run-top = Show this many classes.

help-criterion-branches = { $about } Scores whole branches only.
help-criterion-channels = { $about } Scores whole channels only.
help-criterion-needs = { $about } Needs { $what }.
help-criterion-photos = { $about } Uses photos: give --data.

help-placeholder-options = OPTIONS
help-placeholder-command = COMMAND
help-placeholder-language = LANGUAGE
help-placeholder-model = MODEL.onnx
help-placeholder-original = ORIGINAL.onnx
help-placeholder-output = OUTPUT.onnx
help-placeholder-recipe = RECIPE.json
help-placeholder-recipe-output = OUTPUT.json
help-placeholder-report = REPORT.json
help-placeholder-log = LOG.json
help-placeholder-preset = PRESET.json
help-placeholder-folder = FOLDER
help-placeholder-photo = PHOTO
help-placeholder-size = AXIS=LENGTH
help-placeholder-target = QUANTITY=SHARE
help-placeholder-count = COUNT
help-placeholder-number = NUMBER
help-placeholder-share = SHARE
help-placeholder-shares = SHARES
help-placeholder-points = POINTS
help-placeholder-degrees = DEGREES
help-placeholder-name = NAME
help-placeholder-split = SPLIT
help-placeholder-method = METHOD
help-placeholder-optimizer = OPTIMIZER
help-placeholder-schedule = SCHEDULE
help-placeholder-weights = WEIGHTS

## Criteria: what they are called, and what they remove first

criterion-apoz = Zeros (APoZ)
criterion-apoz-about = Removes channels that are zero most often after their activation.
criterion-bn-scale = BatchNorm scale (slimming)
criterion-bn-scale-about = Removes channels that their batch normalization scales down most.
criterion-divergence = Divergence
criterion-divergence-about = Removes the branch without which the answers change least for each multiply-add saved, then measures the rest again. It runs the model once for each pair of branches and photo.
criterion-fisher = Fisher
criterion-fisher-about = Removes what changes the loss least, estimated from the squared gradients.
criterion-fpgm = Geometric median (FPGM)
criterion-fpgm-about = Removes channels that other channels can best replace.
criterion-l1 = L1 magnitude
criterion-l1-about = Removes the smallest weights first, by the sum of their absolute values.
criterion-l2 = L2 magnitude
criterion-l2-about = Removes the smallest weights first, by their length (Euclidean norm). A good first choice.
criterion-lamp = LAMP
criterion-lamp-about = Removes the smallest weights first, scaled so that layers can be compared and none is emptied.
criterion-movement = Movement
criterion-movement-about = Removes what a short training run moves toward zero, whatever its size. That training run is then discarded.
criterion-random = Random
criterion-random-about = Removes at random. A criterion is only worth using if it does better than this.
criterion-snip = SNIP
criterion-snip-about = Removes what the loss over all images together is least sensitive to. It was made for networks before training.
criterion-taylor = Taylor
criterion-taylor-about = Removes what changes the loss least, estimated from its gradient.
criterion-wanda = Wanda
criterion-wanda-about = Removes weights that are small and have small inputs: their magnitude times the size of what they are multiplied by.
criterion-needs-batch-norm = a BatchNormalization after each layer
criterion-needs-zeros = activations that give zeros, such as Relu
criterion-needs-branches = branches that can be removed, such as those of residual connections
criterion-needs-gradients = operators that gradients can pass through
criterion-needs-weights = weights that can be read
error-criterion-no-scores = This recipe can't be used with this model: “{ $criterion }” finds nothing by which to judge the channels of “{ $layer }”. It needs { $needs }; “l2” does not.
error-output-not-finite = The model's output is not finite (NaN or infinity), so nothing can be measured. Check the preset's mean and divisor.
error-model-memory = This model needs more memory than can be addressed. Use a smaller input.

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
unit-times = { $value } ×
unit-about = ≈ { $value }
unit-increase = +{ $value }
unit-decrease = −{ $value }
unit-no-change = ±{ $value }

## Glossary: size and speed

term-parameters = parameters
    .short = All numbers that a model stores: weights, biases, normalization scales and statistics.
    .long = A model's parameters are the numbers that its file stores, nearly all of them weights found by training. Usually four bytes each, they make up most of the file's size.
term-macs = multiply-adds
    .short = The unit in which a network's work is counted: one multiplication and one addition (MAC).
    .long = Running a network mostly means multiplying an input by a weight and adding the product to a sum; each such pair is one multiply-add (MAC). Fewer of them usually make a network faster, but not in exact proportion, so the page measures the time as well.
term-sparsity = sparsity
    .short = The share of the weights, or of the channels, that has been removed.
    .long = A sparsity of 90 % means that nine out of ten weights are zero. Zeros compress well, but most engines multiply by them all the same, so scattered zeros save storage rather than time.
term-nonzeros = non-zero weights
    .short = The stored numbers that are not zero.
    .long = When single weights are pruned, they stay in the file as zeros, so the number of parameters does not change. The number of non-zero weights shows how much is really left.
term-activation-memory = activation memory
    .short = The most memory that intermediate results need at any one time.
    .long = While a network runs, each layer's output has to be kept until the last layer that reads it is done. Activation memory is the largest amount that is held at any one moment, for one sample.
term-latency = measured time
    .short = How long one image takes on this machine; also called latency.
    .long = The same image runs through the model several times on your machine, and the median time is shown, with the middle half of the runs as the spread. Counting multiply-adds predicts this time only roughly, because memory and small layers matter too.

## Glossary: the network

term-graph = graph
    .short = The model as data: operators, and the tensors that flow between them.
    .long = A model file describes a graph: operators such as convolutions, and the tensors that flow from one to the next. Secateur prunes this graph itself, so it needs neither the program nor the framework that made the model.
term-operator = operator
    .short = One kind of step in a graph, such as a convolution, an addition or a pooling.
    .long = Each node of a graph applies one operator to its inputs, for example a convolution or an addition. ONNX, the file format, defines what each operator computes.
term-opset = opset
    .short = The version of ONNX's operator definitions that a file was written for.
    .long = ONNX improves its operator definitions from time to time, and each file says which version it was written for. That version is its opset; Secateur reads opsets 7 to 22.
term-channel = channel
    .short = One slice of a layer's output, made by one filter of the layer.
    .long = A layer's output is a stack of channels, and each channel is made by one filter that responds to one kind of feature. Removing a channel removes its filter, and also everything in later layers that reads it.
term-depthwise = depthwise convolution
    .short = A convolution in which each filter reads a single input channel.
    .long = In a depthwise convolution each filter reads only one input channel, so input and output channels come in pairs. When a channel is cut before it, the channel after it goes as well.
    .paper = Howard et al., “MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications”, 2017
term-residual = residual connection
    .short = A shortcut that adds a layer's input to the output of a later layer.
    .long = A residual connection adds an earlier tensor to a later one, channel by channel. Both must keep the same channels, so all layers that feed the sum have to be cut alike.
    .paper = He et al., “Deep Residual Learning for Image Recognition”, CVPR 2016
term-batch-norm = batch normalization
    .short = A layer that brings each channel to a learned mean and scale.
    .long = Batch normalization subtracts each channel's mean, divides by its standard deviation, and then applies a learned scale and shift. The means and deviations are statistics stored during training, and after a cut they no longer fit exactly.
    .paper = Ioffe and Szegedy, “Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift”, ICML 2015
term-logits = logits
    .short = A classifier's raw outputs, one for each class, before softmax.
    .long = Logits are the raw numbers that a classifier outputs, one for each class; softmax turns them into probabilities. The largest logit is the prediction, and its lead over the others tells how sure the network is.
term-preset = preset
    .short = How a photo becomes the model's input, and what the classes are called.
    .long = A preset says how a photo is cropped, resized and normalized before the model sees it, and names the classes. It must match the way in which the model was trained, or the predictions are meaningless.

## Glossary: what a cut removes

term-pruning = pruning
    .short = Removing the weights or channels that a network needs least.
    .long = Trained networks have more weights than they need, so the least important ones can be removed. What accuracy the cut costs can often be recovered with a little training.
    .paper = LeCun, Denker and Solla, “Optimal Brain Damage”, NIPS 1989; Han et al., “Learning both Weights and Connections for Efficient Neural Networks”, NeurIPS 2015
term-granularity = granularity
    .short = What is removed as one piece: a weight, a pattern, a block, a channel or a branch.
    .long = Granularity is the size of the pieces that are removed: single weights, patterns of weights, blocks, or whole channels. Fine pieces cost less accuracy, coarse ones make a network that is faster on ordinary machines.
    .paper = Mao et al., “Exploring the Granularity of Sparsity in Convolutional Neural Networks”, CVPR Workshops 2017
term-mask = mask
    .short = For each weight, whether it stays or becomes zero.
    .long = A mask marks each weight as kept or pruned, and pruned weights are set to zero. While the pruned model learns, the mask keeps them there.
term-unstructured = unstructured pruning
    .short = Pruning single weights, wherever they are.
    .long = Unstructured pruning sets single weights to zero, wherever they are. It reaches the highest sparsity at a given accuracy, but an ordinary engine runs the model no faster.
    .paper = Han et al., “Learning both Weights and Connections for Efficient Neural Networks”, NeurIPS 2015
term-n-m = N:M sparsity
    .short = A pattern in which at most N of every M neighboring weights stay.
    .long = In every M neighboring weights, at most N stay; 2:4 keeps half of them. Some graphics processors multiply 2:4 matrices up to twice as fast.
    .paper = Mishra et al., “Accelerating Sparse Deep Neural Networks”, 2021
term-block = block sparsity
    .short = Pruning small rectangles of the weight matrix as one.
    .long = The weight matrix is divided into small rectangles, and each rectangle stays or becomes zero as one. An engine made for blocks can skip them more easily than scattered zeros.
    .paper = Gray, Radford and Kingma, “GPU Kernels for Block-Sparse Weights”, 2017
term-channel-pruning = channel pruning
    .short = Removing whole channels, which leaves a smaller ordinary network.
    .long = Channel pruning, also called structured or filter pruning, removes whole channels. What remains is an ordinary dense network with thinner layers, so it is smaller and faster everywhere, without a special engine.
    .paper = Li et al., “Pruning Filters for Efficient ConvNets”, ICLR 2017
term-channel-group = channel group
    .short = Channels of several layers that can only be removed together.
    .long = A residual sum or a depthwise convolution ties the channels of several layers together, so they can only be removed together. Secateur works out these groups from the graph itself, and removes a group as one.
    .paper = Fang et al., “DepGraph: Towards Any Structural Pruning”, CVPR 2023
term-branch-pruning = branch pruning
    .short = Removing whole branches, such as the layers that a residual connection skips.
    .long = Where a branch joins the rest by a sum, the rest can do without it: the shapes stay as they are, and all of the branch's layers go. With few photos to recover on, this often costs less quality for the time it saves than thinner layers do.
    .paper = Wang and Wu, “Practical Network Acceleration with Tiny Sets”, CVPR 2023
term-coupling = coupling
    .short = How an operator ties channels of its inputs, outputs and weights together.
    .long = Each operator has a coupling rule, which says which channels of its inputs, outputs and weights belong together. Following these rules through the graph gives the channel groups.
    .paper = Fang et al., “DepGraph: Towards Any Structural Pruning”, CVPR 2023
term-repack = re-packing
    .short = Building the smaller model without the channels that were cut.
    .long = First the channels that go are only masked, which means set to zero; re-packing then builds the smaller tensors without them. Both models must give the same output, and the page checks this after every cut.
term-folding = folding constants
    .short = Moving what a removed channel leaves behind into the next layer.
    .long = A removed channel still has a constant value, such as its bias, which later layers add in. Where it can be done exactly, this constant is folded into the next layer's bias; elsewhere it is set to zero.
term-recipe = recipe
    .short = A small JSON document that says how a model is cut.
    .long = A recipe records every choice of a cut: criterion, granularity, allocation, target and limits. The same recipe applied to the same model gives the same file, byte for byte, in the browser and on the command line.

## Glossary: how much each layer loses

term-allocation = allocation
    .short = How a cut is spread across the layers.
    .long = A target such as “half of the multiply-adds” leaves open which layers give up how much. The allocation decides it: all layers ranked together, the same share of each, or shares that you set.
term-global = global allocation
    .short = All layers are ranked together, and the lowest scores go first.
    .long = Global allocation ranks the weights or channels of all layers in one list and removes the lowest. Layers with much to spare lose more than others, but a criterion whose scores differ in size between layers can nearly empty one of them.
term-uniform = uniform allocation
    .short = Every layer loses the same share.
    .long = Uniform allocation removes the same share from every layer, and within each layer the lowest scores. No layer can be emptied, but layers that could spare more are not used.
term-manual = manual allocation
    .short = You set the share that each layer loses.
    .long = With manual allocation each layer has a slider of its own. It starts from what the current cut does, so you can adjust single layers.
term-layer-adaptive = layer-adaptive allocation
    .short = Each layer loses as much as it can spare, by its weights or by measurement.
    .long = Some layers can lose much more than others before accuracy suffers. LAMP estimates this from the weights alone, and sensitivity measures it by pruning one layer at a time.
    .paper = Lee et al., “Layer-adaptive Sparsity for the Magnitude-based Pruning”, ICLR 2021
term-floor = floor
    .short = The smallest number of channels that every layer keeps.
    .long = The floor is the smallest number of channels that every layer keeps, whatever their scores. It stops a cut from closing a layer through which everything has to pass.
term-round-to = channel multiple
    .short = Channel counts are rounded up to a multiple of this number.
    .long = Processors work on several channels at once, often four or eight. Layers whose channel count is a multiple of that number waste no lanes, so they run faster for their size.
term-sensitivity = sensitivity
    .short = How much accuracy is lost when one layer alone is pruned.
    .long = Each layer is pruned on its own, a little at first and then more, and the model is measured each time. Layers where accuracy falls early should be spared, and a cut can be spread across the layers by these curves.
    .paper = Li et al., “Pruning Filters for Efficient ConvNets”, ICLR 2017

## Glossary: criteria

term-criterion = pruning criterion
    .short = The rule that scores weights and channels; the lowest scores are pruned first.
    .long = A pruning criterion gives each weight or channel a score for how much it matters, and the lowest scores are pruned first. Some criteria look at the weights alone, others also watch the model at work on images.
term-saliency = saliency
    .short = The score that a criterion gives a weight or channel: how much it matters.
    .long = Saliency is a criterion's estimate of how much a weight or channel matters to the model. What would really happen without it is known only by trying.
term-reduction = reduction
    .short = How the scores of things that are removed together become one score.
    .long = Channels that belong together, and the weights of a block, each have a score of their own, but only one decision is made for all of them. The reduction turns these scores into one: their mean, their sum or the largest.
term-random = random
    .short = Random scores: the baseline that every other criterion has to beat.
    .long = Random scores are the control experiment. A criterion is worth only as much as it does better than this.
term-l1 = L1 magnitude
    .short = A weight scores by its absolute value, a channel by the sum over its filter.
    .long = Small weights contribute little, so they are pruned first. A channel's score is the sum of the absolute values of all weights in its filter.
    .paper = Han et al., “Learning both Weights and Connections for Efficient Neural Networks”, NeurIPS 2015; Li et al., “Pruning Filters for Efficient ConvNets”, ICLR 2017
term-l2 = L2 magnitude
    .short = A weight scores by its absolute value, a channel by its filter's Euclidean norm.
    .long = Small weights contribute little, so they are pruned first. A channel's score is the Euclidean length of its filter, in which large weights count for more than in L1.
    .paper = He et al., “Soft Filter Pruning for Accelerating Deep Convolutional Neural Networks”, IJCAI 2018
term-lamp = LAMP
    .short = Magnitude, made comparable across layers.
    .long = LAMP divides a weight's square by the sum of the squares of all weights in its layer that are at least as large. The largest weight of every layer scores 1, so no layer is emptied when all are ranked together.
    .paper = Lee et al., “Layer-adaptive Sparsity for the Magnitude-based Pruning”, ICLR 2021
term-fpgm = geometric median (FPGM)
    .short = Filters close to all others of their layer go first, since the others can replace them.
    .long = A filter close to the geometric median of its layer resembles the others, which can do its work. So a filter's score is the sum of its distances to all others, and even one with large weights can be pruned.
    .paper = He et al., “Filter Pruning via Geometric Median for Deep Convolutional Neural Networks Acceleration”, CVPR 2019
term-bn-scale = BatchNorm scale (slimming)
    .short = A channel scores by the scale of the batch normalization that follows it.
    .long = Batch normalization multiplies each channel by a learned scale. Where training has made that scale small, the channel hardly reaches the next layer, so it is pruned first.
    .paper = Liu et al., “Learning Efficient Convolutional Networks through Network Slimming”, ICCV 2017
term-wanda = Wanda
    .short = Magnitude times the size of the input that the weight is multiplied by.
    .long = A small weight on a strong input can matter more than a large weight on a weak one. Wanda therefore multiplies each weight's magnitude by the norm of its input, measured on images.
    .paper = Sun et al., “A Simple and Effective Pruning Approach for Large Language Models”, ICLR 2024
term-taylor = Taylor
    .short = How much the loss would change without a weight, estimated from the gradient.
    .long = The gradient tells how the loss changes with a weight, so gradient times weight estimates the change if the weight were removed. Its absolute value is averaged over the images.
    .paper = Molchanov et al., “Pruning Convolutional Neural Networks for Resource Efficient Inference”, ICLR 2017; Molchanov et al., “Importance Estimation for Neural Network Pruning”, CVPR 2019
term-fisher = Fisher
    .short = How much the loss would rise without a weight, estimated from its curvature.
    .long = At the end of training the loss is nearly flat, so its curvature says more than its slope. Fisher estimates the curvature by the mean square of the gradients and multiplies it by half the weight's square.
    .paper = LeCun, Denker and Solla, “Optimal Brain Damage”, NIPS 1989; Theis et al., “Faster gaze prediction with dense networks and Fisher pruning”, 2018
term-apoz = zeros (APoZ)
    .short = Channels that are mostly zero after their activation go first.
    .long = An activation such as ReLU turns negative values into zeros. A channel that is zero for nearly all images and positions tells the next layers little, so it is pruned first.
    .paper = Hu et al., “Network Trimming: A Data-Driven Neuron Pruning Approach towards Efficient Deep Architectures”, 2016
term-snip = SNIP
    .short = Sensitivity of the loss to each connection; made for networks before training.
    .long = SNIP takes the gradient of the loss over all images together, times the weight, and prunes the smallest. It was made for networks before training; in a trained one these gradients nearly cancel out, so it says less.
    .paper = Lee, Ajanthan and Torr, “SNIP: Single-shot Network Pruning based on Connection Sensitivity”, ICLR 2019
term-divergence = divergence
    .short = Branches without which the model's answers change least, for the work saved, go first.
    .long = The model answers photos without one branch after the other, and the branch goes whose absence changes the answers least (by KL divergence) for each multiply-add that it saves. Then the remaining branches are measured again, because what one costs depends on those that are gone.
    .paper = Wang and Wu, “Practical Network Acceleration with Tiny Sets”, CVPR 2023
term-movement = movement
    .short = Weights that training moves toward zero go first, whatever their size.
    .long = A short training run shows in which direction each weight wants to go. Those that move toward zero are pruned first, even if they are still large, and the training run is then discarded.
    .paper = Sanh, Wolf and Rush, “Movement Pruning: Adaptive Sparsity by Fine-Tuning”, NeurIPS 2020

## Glossary: recovering accuracy

term-recovery = recovery
    .short = Winning back the accuracy that a cut cost.
    .long = Right after a cut a network often predicts badly, because its layers were tuned to work with what is now gone. Recovery adjusts the remaining weights, by measurement alone or by training.
term-recalibrate = recalibrate
    .short = Measure the statistics of batch normalization again; no weight changes.
    .long = After a cut, the means and deviations stored in batch normalization no longer fit. Recalibrating measures them again on images, without labels and without changing a weight.
    .paper = Li et al., “EagleEye: Fast Sub-net Evaluation for Efficient Neural Network Pruning”, ECCV 2020
term-correct-bias = correct bias
    .short = Adjust biases so that each layer's mean output is that of the original.
    .long = Pruning shifts the mean of each layer's output. Correcting the biases moves it back to that of the original, layer by layer, without labels and without training.
    .paper = Nagel et al., “Data-Free Quantization Through Weight Equalization and Bias Correction”, ICCV 2019
term-reconstruct = reconstruct
    .short = Fit each layer's remaining weights so that it gives the original's output.
    .long = Layer by layer, the remaining weights are fitted by least squares, so that each layer gives nearly the output that it gave in the original. A few dozen images without labels are enough, and nothing is trained.
    .paper = He, Zhang and Sun, “Channel Pruning for Accelerating Very Deep Neural Networks”, ICCV 2017; Frantar and Alistarh, “Optimal Brain Compression”, NeurIPS 2022
term-distill = distill
    .short = Train the pruned model to give the original's probabilities.
    .long = In distillation the original is the teacher: the pruned model learns to give the same probabilities, on any images. These say more than a label does, because they also show which wrong classes are nearly right.
    .paper = Hinton, Vinyals and Dean, “Distilling the Knowledge in a Neural Network”, 2015
term-finetune = fine-tune
    .short = Train the pruned model on labeled images.
    .long = Fine-tuning continues training after the cut, with labeled images and a small learning rate. It needs labels, and does best with many images like those that the model was first trained on.
    .paper = Han et al., “Learning both Weights and Connections for Efficient Neural Networks”, NeurIPS 2015
term-feature-matching = feature matching
    .short = Also match the original's intermediate results while distilling.
    .long = Features are the intermediate results inside a network. Early in distillation the pruned model also learns to give the same features as the original, which shows it the way sooner than the final probabilities alone.
    .paper = Romero et al., “FitNets: Hints for Thin Deep Nets”, ICLR 2015
term-budget-search = budget search
    .short = Cut and recover in rounds until the accuracy you allow is used up.
    .long = You say how much accuracy may be lost; the search cuts and recovers in rounds, and goes on as long as the model stays above that line. It keeps the smallest model that does.
term-pruning-schedule = pruning schedule
    .short = How much each round of cutting removes.
    .long = A pruning schedule says how much each round removes: everything at once, equal amounts, or most in the first rounds (cubic). Small steps with recovery in between usually lose less than one large cut.
    .paper = Zhu and Gupta, “To prune, or not to prune: exploring the efficacy of pruning for model compression”, 2017

## Glossary: training

term-loss = loss
    .short = The number that training makes smaller: how far predictions are from what they should be.
    .long = The loss measures how far a model's predictions are from the labels, or from what the original says; training makes it smaller. For labels it is the cross-entropy: minus the logarithm of the probability given to the right class.
term-gradient = gradient
    .short = How the loss changes when each weight changes a little.
    .long = The gradient says, for each weight, how the loss changes when that weight changes a little. Training moves every weight a small step against it.
term-step = training step
    .short = One update of the weights, from one batch of images.
    .long = In each step the model looks at a batch of images, and then all weights move once. One pass over all training images is called an epoch.
term-learning-rate = learning rate
    .short = How far the weights move in each step.
    .long = The learning rate says how far the weights move in each step. If it is too small, training takes forever; if it is too large, training diverges and ruins the model.
term-schedule = learning-rate schedule
    .short = How the learning rate changes during training.
    .long = Large steps make quick progress at first, and small steps settle the weights at the end. “Cosine” falls smoothly to zero, “one cycle” rises before it falls, and “constant” stays as it is.
    .paper = Loshchilov and Hutter, “SGDR: Stochastic Gradient Descent with Warm Restarts”, ICLR 2017; Smith and Topin, “Super-Convergence”, 2018
term-optimizer = optimizer
    .short = The rule by which gradients move the weights.
    .long = The optimizer turns gradients into steps. SGD with momentum is simple and does well for networks on images; AdamW adapts the step to each weight and needs a smaller learning rate.
    .paper = Loshchilov and Hutter, “Decoupled Weight Decay Regularization”, ICLR 2019
term-momentum = momentum
    .short = How much of the earlier steps each step carries on.
    .long = With momentum, a step continues in the direction of the earlier ones, like a heavy ball rolling downhill. At the usual 0.9 the noise of single batches averages out.
    .paper = Sutskever et al., “On the importance of initialization and momentum in deep learning”, ICML 2013
term-weight-decay = weight decay
    .short = A slight pull of all weights toward zero during training.
    .long = Weight decay pulls every weight a little toward zero in each step, so that only weights that are needed stay large. It reduces overfitting.
    .paper = Krogh and Hertz, “A Simple Weight Decay Can Improve Generalization”, NIPS 1991
term-gradient-clipping = gradient clipping
    .short = The largest norm that the gradient may have; longer ones are shortened.
    .long = A single unusual batch can give a huge gradient that ruins the weights in one step. Clipping shortens the gradient to a largest norm before the weights move.
    .paper = Pascanu, Mikolov and Bengio, “On the difficulty of training recurrent neural networks”, ICML 2013
term-temperature = temperature
    .short = What distillation divides the logits by: higher values show more of the unlikely classes.
    .long = Before distillation compares the two models, it divides their logits by the temperature. A higher one softens the probabilities, so the pruned model also learns how the original ranks the unlikely classes.
    .paper = Hinton, Vinyals and Dean, “Distilling the Knowledge in a Neural Network”, 2015
term-label-smoothing = label smoothing
    .short = A share of each label is spread over all classes.
    .long = Instead of 100 % for the right class, the target is a little less, and the rest is spread evenly over all classes. This keeps the model from becoming overconfident.
    .paper = Szegedy et al., “Rethinking the Inception Architecture for Computer Vision”, CVPR 2016
term-label-loss-weight = label-loss weight
    .short = How much labels count beside the original in distillation.
    .long = When the images have labels, distillation can learn from the original and from the labels at once. The label-loss weight is the share that labels have in the loss; at 0 % only the original counts.
    .paper = Hinton, Vinyals and Dean, “Distilling the Knowledge in a Neural Network”, 2015
term-augmentation = augmentation
    .short = Small random changes of the training images: flip, shift, rotate, color jitter.
    .long = Each time an image is used for training, it is flipped, shifted, rotated or recolored a little at random. So the model learns what stays the same, instead of memorizing single images.
    .paper = Krizhevsky, Sutskever and Hinton, “ImageNet Classification with Deep Convolutional Neural Networks”, NIPS 2012
term-overfitting = overfitting
    .short = Doing better on the training images than on new ones.
    .long = A model that memorizes its training images does better on them than on new ones; it overfits. More images, augmentation and weight decay help against it.
term-diverging = diverging training
    .short = Training that gets worse instead of better, usually because steps are too large.
    .long = When steps are too large, the loss grows instead of shrinking: training diverges. Secateur notices this, stops, and goes back to the last good weights.
term-seed = seed
    .short = The number that random choices start from; the same seed gives the same result.
    .long = Random choices, such as the order of the images, all follow from the seed. The same seed with the same settings gives the same weights again.
term-replica = replica
    .short = One of several workers that train the same weights on parts of each batch.
    .long = On a machine with several cores, each batch is divided among replicas, which hold the same weights. Each computes the gradient of its part, and all apply the mean, so they stay identical.
    .paper = Goyal et al., “Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour”, 2017

## Glossary: measuring

term-accuracy = top-1 accuracy
    .short = The share of images whose most likely class is the right one.
    .long = A prediction counts as right when the class with the highest probability is the label. Top-1 accuracy is the share of images for which it is.
term-agreement = agreement
    .short = The share of images for which the pruned model and the original predict the same class.
    .long = Without labels nobody can say which model is right, but one can count how often both predict the same class. That share is the agreement with the original.
term-kl = KL divergence
    .short = How far the pruned model's probabilities are from the original's; 0 means the same.
    .long = The Kullback–Leibler divergence compares all probabilities, not only the most likely class, so it shows small changes that agreement does not. It is 0 when both models say exactly the same, and has no upper limit.
    .paper = Kullback and Leibler, “On Information and Sufficiency”, 1951
term-training-set = training set
    .short = The images that a model learns from.
    .long = Training, reconstruction and recalibration use these images, and so do criteria that look at images. A model does better on them than on new ones, so it is never measured on them alone.
term-validation-set = validation set
    .short = Photos held back from training, by which models are compared and chosen.
    .long = These images are not learned from; they are used to choose the best model and to stop a search in time. Because the choice was made by them, expect slightly less on new images.
term-test-set = test set
    .short = Photos that are neither learned from nor chosen by.
    .long = The test set is touched only at the very end, after everything has been chosen. Its number is the honest one.
term-calibration = calibration images
    .short = The few images on which criteria and statistics are measured.
    .long = Some criteria, and the statistics of batch normalization, are measured on a sample of the training images. A few dozen to a thousand are enough, and labels are rarely needed.
term-sweep = sweep
    .short = One kind of cut, measured at several sizes.
    .long = A sweep prunes the model at several sizes, from a little to nearly everything, and measures each without recovery. The curve shows where accuracy begins to collapse.

## Glossary: inside the code

term-tape = tape
    .short = A plan that runs a graph forward and backward, to get gradients.
    .long = To train, a graph has to run forward and then backward, keeping what the backward pass needs. The tape is that plan; each operator says how gradients pass through it.
term-task = task
    .short = Long work that runs in steps, and can be paused, resumed or canceled between them.
    .long = Everything that takes more than a moment is a task: it works in small steps and reports an event after each. Between two steps it can be paused, resumed or canceled, and nothing that was finished is lost.

## Page: terms of the glossary

page-term-close = Close
page-term-paper = Source: { $paper }
page-term-more = More about { $terms }.

## Page: before it starts

page-start-title = Secateur
page-start-description = Make a neural network smaller and faster, in your browser.
page-start-no-script = Secateur runs in your browser, so it needs JavaScript and WebAssembly.
page-start-no-text = Secateur could not load its text. Check your connection and reload the page.

## Page: everywhere

page-retry = Try again
page-cancel = Cancel
page-dismiss = Dismiss
page-working = { $what }…
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
page-cut-empty-shrink = Let the page make it smaller automatically, with your photos.
page-cut-empty-cut = Or prune the network yourself and watch it get thinner.
page-cut-empty-compare = Compare the original and the pruned model on photos.
page-cut-empty-recover = Recover the accuracy that pruning cost.
page-cut-empty-export = Export a smaller ONNX file that runs anywhere.

page-cut-granularity = What to remove
page-cut-channels = Channels
page-cut-channels-about = Removes whole channels. The network gets smaller, and faster on any hardware.
page-cut-nothing-cut = Nothing is cut yet. The easiest way is to { $shrink }. To prune by hand, move the slider to remove the least important parts, or begin with a cut that keeps most of the answers.
page-cut-shrink-link = make it smaller automatically
page-cut-automatic = The model in use was { $shrink }. The table shows its numbers. To prune the original by hand instead, move the slider.
page-cut-automatic-link = made automatically
page-cut-suggest = Suggest a first cut
page-cut-branches = Branches
page-cut-branches-about = Removes whole branches, such as the layers that a residual connection skips. The rest stays as it is, and runs faster on any hardware.
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
page-cut-target-sparsity = weights or channels
page-cut-target-macs-zeros = Only multiply-adds with non-zero weights are counted. Most engines still compute the others.
page-cut-manual-sliders = Each layer has its own slider in the list of layers below.

page-cut-previous-numbers = The numbers below are those of the previous cut.
page-cut-scoring = Scoring the weights
page-cut-packing-canceled = You canceled building the pruned file. Move the slider to try again.
page-cut-packed = Built the pruned file in { $duration }.
page-cut-packed-and-checked = Built and checked the pruned file in { $duration }.

page-cut-totals = The model before and after pruning
page-cut-totals-quantity = Quantity
page-cut-totals-before = Before
page-cut-totals-after = After
page-cut-totals-change = Change

page-cut-check-same = Checked: the smaller file gives the same answers as the masked model (largest difference { $difference } on { $input })
page-cut-check-different = Check failed: the smaller file gives different answers from the masked model (largest difference { $difference } on { $input })
page-cut-check-report = The file does not compute what the masked model computes. Don't use it. Please report the model and the recipe.
page-cut-check-skipped = Not checked: { $reason }.
page-cut-check-external = Check with ONNX Runtime Web
page-cut-check-external-canceled = You canceled the check with ONNX Runtime Web.
page-cut-check-external-failed = ONNX Runtime Web could not check it either: { $reason }
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
page-cut-measure-canceled = You canceled the measurement.
page-cut-measure-waits = The previous cut stays until the criterion is measured.

page-cut-allocation = Spread across layers
page-cut-global = Global
page-cut-global-about = Removes the least important parts, wherever in the network they are.
page-cut-uniform = Uniform
page-cut-uniform-about = Removes the same share of every layer.
page-cut-manual = By hand
page-cut-manual-about = Removes the share that you set for each layer.

page-cut-advanced = Advanced
page-cut-channel-score = Combine the scores of a channel's weights by
page-cut-block-score = Combine the scores of a block's weights by
page-cut-mean = mean
page-cut-sum = sum
page-cut-max = maximum
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

page-cut-step-suggest = take the suggested cut
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

## Page: around the panels

page-frame-skip = Skip to the pruning controls
page-frame-tagline = Make a neural network smaller and faster, in your browser
page-frame-tools = History, link, and theme
page-frame-undo = Undo
page-frame-undo-step = Undo: { $step } (Ctrl+Z)
page-frame-nothing-to-undo = Nothing to undo
page-frame-redo = Redo
page-frame-redo-step = Redo: { $step } (Ctrl+Shift+Z)
page-frame-nothing-to-redo = Nothing to redo
page-frame-copy-link = Copy link
page-frame-copy-link-about = Copy a link to this recipe
page-frame-link-copied = Link copied. It contains the recipe, but no files.
page-frame-link-in-address-bar = Your browser does not allow copying. Copy the link from the address bar.
page-frame-dark = Dark theme
page-frame-to-dark = Switch to the dark theme
page-frame-to-light = Switch to the light theme
page-frame-drop = Drop a model (.onnx, with its data files if it has any), photos, a recipe (.json), or training data (.zip, IDX)
page-frame-footer = The files you open here never leave your computer.

## Page: Model

page-model-title = Model
page-model-lead = Choose a model or open your own. It stays on your computer; nothing is uploaded.
page-model-another = Open another model
page-model-gallery-failed = The gallery can't be shown: { $reason } You can still open your own models.
page-model-efficientnet-lite0 = Recognizes what a photo shows, out of the 1000 classes of ImageNet. It has 4.7 million parameters, stored in half precision.
page-model-fashion-mnist-small = Recognizes ten kinds of clothes in small gray images (Fashion-MNIST). It has 116,026 parameters in residual blocks of depthwise and pointwise convolutions. It is small enough to prune and retrain within minutes, with real labels.
page-model-log = Download the training log
page-model-open = Open ({ $size })
page-model-opened = Opened
page-model-own = Your own model
page-model-own-how = Drop an .onnx file anywhere on this page, paste it, or choose it here.
page-model-own-kind = ONNX opset 7 to 22, with the weights inside the file. Any architecture works.
page-model-choose = Choose a file…
page-model-still-open = { $model } is still open.
page-model-open-sizes = Open with these sizes
page-model-input = Input
page-model-output = Output
page-model-exported-by = Exported by
page-model-producer = { $producer } · opset { $opset }
page-model-producer-unknown = unknown
page-model-unsupported = Some operators are not supported here. The channels they touch can't be removed, and the comparison runs in ONNX Runtime Web:
page-model-operator = { $operator } at node { $node } (opset { $opset })

## Page: Network

page-network-title = Network
page-network-lead = Each block is a layer. Taller means more channels, and longer means more multiply-adds. The outline is the layer before pruning; the filled part is what remains.
page-network-automatic = The model in use was made automatically. This picture shows the cut that is set in the “Cut” panel.
page-network-waits = { $layer } is shown once the criterion has been measured on photos. Measure it in the “Cut” panel.
page-network-empty = Open a model to see where its weights are.
page-network-hint = Select a layer to see its weights, its channels' scores, and what the cut removes.
page-network-not-shown = { $layer } can't be shown until there is a cut: { $reason }
page-network-layers = The network's layers, in the order they run
page-network-before = before pruning
page-network-after = after pruning
page-network-after-zeros = after pruning (paler: more zeros)
page-network-depthwise = depthwise
page-network-bypassed = Removed with the whole branch that it was part of.
page-network-bypassed-key = removed with its branch
page-network-kept = channels that can't be removed
page-network-scale = 10 pixels stand for { $channels } output channels in height and for { $macs } multiply-adds in length. No block is drawn lower than { $lowest } pixels or shorter than { $shortest } pixels.
page-network-kind-convolution = convolution
page-network-kind-depthwise = depthwise convolution
page-network-kind-grouped = grouped convolution
page-network-kind-linear = linear layer
page-network-kind-pointwise = pointwise convolution
page-network-kind-recurrent = recurrent layer
page-network-kind-transposed = transposed convolution
page-network-channels = { $kind }, { $in } → { $out } channels
page-network-size = { $macs } multiply-adds, { $parameters } parameters
page-network-size-after = after pruning: { $in } → { $out } channels, { $macs } multiply-adds ({ $change }), { $nonzeros } non-zero weights
page-network-coupled = loses channels together with { $layers }
page-network-others = { $count ->
    [one] { $count } other layer
   *[other] { $count } other layers
}
page-network-step-select = select { $layer }

## Page: a layer

page-layer-title = Layer { $layer }
page-layer-facts = { $kind } · { $in } → { $out } channels · weights { $shape } · { $parameters } parameters · { $macs } multiply-adds.
page-layer-kept = No channels can be removed: { $reason }
page-layer-scores = Scores
page-layer-no-scores = Nothing in this layer has a score of its own.
page-layer-drawing-scores = Drawing the scores
page-layer-magnitudes = Magnitudes
page-layer-no-magnitudes = This layer has no weights to count.
page-layer-drawing-magnitudes = Drawing the magnitudes
page-layer-weights-title = Weights and mask
page-layer-drawing-weights = Drawing the weights
page-layer-color = Color shows
page-layer-color-mean = color: mean
page-layer-color-largest = color: largest magnitude
page-layer-zoom-out = Zoom out
page-layer-zoom-in = Zoom in
page-layer-zoom-all = Show all
page-layer-heatmap = Heatmap of { $layer }'s weights. Press plus and minus to zoom, the arrow keys to move, and zero to show all.
page-layer-spoken = Shown: { $window }.
page-layer-spoken-numbers = { $share } of the weights shown are removed. The layer's largest magnitude is { $largest }.
page-layer-axes = Rows are output channels. Columns are the inputs and kernel positions they are computed from.
page-layer-window = { $channels } of { $height }, { $columns } of { $width }
page-layer-at = { $channels }, { $columns }
page-layer-channel = channel { $first }
page-layer-channels = channels { $first }–{ $last }
page-layer-column = column { $first }
page-layer-columns = columns { $first }–{ $last }
page-layer-input = input { $input }
page-layer-kernel = kernel { $place }
page-layer-input-kernel = input { $input }, kernel { $place }
page-layer-weight-removed = { $value }, removed
page-layer-weights = { $count } weights, mean { $mean }, largest { $largest }
page-layer-weights-removed = { $count } weights, mean { $mean }, largest { $largest }, { $share } removed
page-layer-cell-single = Each cell is a single weight. Cross-hatched weights are removed.
page-layer-cell-mean = Each cell shows up to { $count } weights. Its color is their mean, and denser cross-hatching means that more of them are removed.
page-layer-cell-largest = Each cell shows up to { $count } weights. Its color is the largest magnitude among them, and denser cross-hatching means that more of them are removed.

## Page: charts

page-charts-colors = Colors from { $low } through zero to { $high }
page-charts-color-scale = square-root color scale
page-charts-hatching = removed (stronger: a larger share)
page-charts-step = step
page-charts-curve = { $label }: { $value } at step { $step }
page-charts-curve-empty = { $label }: nothing yet
page-charts-kept = kept
page-charts-removed = removed
page-charts-threshold = Threshold: { $threshold }.
page-charts-histogram = { $label }: { $total } values from { $low } to { $high }, { $removed } of them removed.
page-charts-values-per-bar = values per bar
page-charts-logarithmic = Counts are on a logarithmic scale.
page-charts-score = score
page-charts-best = highest, kept
page-charts-least = lowest, removed first
page-charts-scores = { $label }, sorted: { $kept } of { $count } are kept. The highest score is { $best }, and the lowest is { $least }.
page-charts-scores-counts = { $label }: { $kept } kept, { $removed } removed.
page-charts-scores-label = { $label }.
page-charts-scores-per-bar = Each bar is the mean of up to { $count } scores.
page-charts-cut-at = Cut at { $threshold }.
page-charts-scatter = { $y } against { $x }: { $count ->
    [one] { $count } model
   *[other] { $count } models
}. The list has their numbers.
page-charts-line = the line: −{ $points } points
page-charts-line-about = The line: the lowest value that you accept
page-charts-line-value = { $value }, a loss of { $points } points
page-charts-original = original
page-charts-one-shot = { $name }, pruned only
page-charts-recovered = { $name }, recovered
page-charts-iterative = { $name }, in rounds
page-charts-point = { $name }: { $y } at { $x }
page-charts-last = Smallest model above the line: { $name }, { $y } at { $x }.
page-charts-none-above = No model is above the line yet. Move the line down, prune less, or recover accuracy.
page-charts-use = Use this model

## Page: Compare

page-compare-title = Compare
page-compare-lead = See whether the original and the pruned model give the same answers on the same photos, and how fast they run on your computer. Pick photos or add your own.
page-compare-peer = Also run in ONNX Runtime Web
page-compare-instead = Both models run in ONNX Runtime Web, because this page can't run them itself: { $reason }
page-compare-peer-failed = ONNX Runtime Web: { $reason }
page-compare-no-photos = Pick a sample photo above, or drop your own photos anywhere on this page.
page-compare-no-model = Open a model to see what it recognizes in these photos.
page-compare-canceled = You canceled the comparison.
page-compare-again = Compare again
page-compare-after-check = The comparison starts when the pruned file has been checked.
page-compare-no-cut = There is no pruned file to compare. Cut says what went wrong.
page-compare-none = None of the photos could be compared. Each photo says why.
page-compare-photos = Photos to compare on
page-compare-add-photos = Add your photos…
page-compare-other-data = This model was trained on { $dataset } and knows nothing else. On these photos, see only whether both models give the same answers. Recover shows how often they are right.
page-compare-credits = Credits of the sample photos
page-compare-agreement = Same top prediction
page-compare-of = { $part } of { $count ->
    [one] { $count } photo
   *[other] { $count } photos
}
page-compare-kl = Mean KL divergence
page-compare-speedup = Speedup
page-compare-used-cut = Used to choose what to remove, or to test the result: { page-compare-of }.
page-compare-used-test = Used to train, to choose the best model, or to test it: { page-compare-of }.
page-compare-used-recovery = Used to train or to choose the best model: { page-compare-of }.
page-compare-used-expect = Expect less agreement on other photos.
page-compare-original = original
page-compare-pruned = pruned
page-compare-class = { $label } (class { $index })
page-compare-size = { $width } × { $height }
page-compare-size-shrunk = { $width } × { $height }, shrunk while decoding
page-compare-same = ✓ Same prediction
page-compare-different = ✗ Different predictions
page-compare-remove = Remove { $photo }
page-compare-waiting = Waiting…
page-compare-times = Time: median and quartiles in milliseconds
page-compare-time-original = Time, original
page-compare-time-pruned = Time, pruned
page-compare-peer-times = Time in ONNX Runtime Web: median and quartiles in milliseconds
page-compare-peer-time-original = ORT Web, original
page-compare-peer-time-pruned = ORT Web, pruned
page-compare-runs = { $count } runs; the middle half took between { $low } and { $high }
page-compare-range = { $low }–{ $high }
page-compare-not-timed = Not timed yet.
page-compare-peer-difference = The same files in ONNX Runtime Web, on one thread. Their outputs differ from this page's by at most { $original } for the original and { $pruned } for the pruned model.
page-compare-difference = { $absolute } ({ $relative } of the largest output)
page-compare-step-peer = compare with ONNX Runtime Web
page-compare-step-no-peer = stop comparing with ONNX Runtime Web
page-compare-step-add = add “{ $photo }”
page-compare-step-remove = remove “{ $photo }”

## Page: Preprocessing

page-preprocessing-title = Preprocessing
page-preprocessing-lead = How a photo becomes the numbers that this model expects. If these settings are wrong, every prediction is wrong. Check the original's predictions above.
page-preprocessing-guessed = These settings are guessed from the model's shapes. Please check them:
page-preprocessing-size = Width × height
page-preprocessing-size-hint = (pixels)
page-preprocessing-crop = Crop
page-preprocessing-crop-center = center crop
page-preprocessing-crop-squash = whole photo, stretched
page-preprocessing-crop-letterbox = whole photo, with bars
page-preprocessing-mean = Mean
page-preprocessing-mean-hint = (per channel, from 0 to 255)
page-preprocessing-divide = Divide by
page-preprocessing-divide-hint = (per channel)
page-preprocessing-order = Channel order
page-preprocessing-rgb = red, green, blue
page-preprocessing-bgr = blue, green, red
page-preprocessing-layout = Layout
page-preprocessing-nchw = NCHW, channels first
page-preprocessing-nhwc = NHWC, channels last
page-preprocessing-numbers = Enter numbers separated by commas.
page-preprocessing-classes = Class names
page-preprocessing-classes-count = ({ $count })
page-preprocessing-classes-none = (none; the names of ImageNet's classes are built in)
page-preprocessing-classes-how = One per line, in the order of the model's outputs
page-preprocessing-classes-example =
    airplane
    automobile
    bird
page-preprocessing-classes-import = Import from a file…
page-preprocessing-import = Import…
page-preprocessing-export = Export
page-preprocessing-reset = Reset
page-preprocessing-step-import = import preprocessing from { $file }
page-preprocessing-step-reset = reset preprocessing
page-preprocessing-step-size = change the input size
page-preprocessing-step-crop = change the crop
page-preprocessing-step-mean = change the mean
page-preprocessing-step-divide = change the divisor
page-preprocessing-step-order = change the channel order
page-preprocessing-step-layout = change the layout
page-preprocessing-step-classes = change the class names

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
page-data-fashion-mnist = The test photos are the complete published test set, unchanged. The training photos are the first 12,000 of the 60,000 published ones, stored with a small compression loss. The network was trained on all 60,000, so only the test accuracy tells how good it is on new photos.
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

## The page: jobs

page-jobs-title = In progress
# The jobs, after which others say that they wait for them.
page-jobs-recovery = Recover “{ $model }”
page-jobs-search = Find the smallest version of “{ $model }”
page-jobs-shrink = Make “{ $model }” smaller automatically
page-jobs-criterion = Measure the criterion { $criterion } for “{ $model }”
page-jobs-sweep = Measure the curve of “{ $model }”
page-jobs-sensitivity = Measure the layers of “{ $model }”
page-jobs-repack = Re-pack “{ $model }”
page-jobs-check = Check the pruned file of “{ $model }” in ONNX Runtime Web
page-jobs-comparison = Compare “{ $model }” with its pruned version
page-jobs-spread = Spread the pruning of “{ $model }” by sensitivity
page-jobs-layer = Draw layer { $layer } of “{ $model }”
page-jobs-waiting = Waiting for another job to finish: { $job }
page-jobs-waits = { $job }. Waiting for another job to finish: { $other }
page-jobs-other-model = { $job }. This job is running on a model that is not open now.
page-jobs-withdraw = Remove from the queue
page-jobs-end = End this job

## The page: recover

page-recover-title = Recover
page-recover-lead = Win back the accuracy that pruning cost. Choose a method and the photos to train on. Then recover the pruned model, or let the page search for the smallest model that is still accurate enough.
page-recover-no-model = Open a model and prune it. Then you can recover its accuracy here.
page-recover-unsupported = This model uses operators that are not supported here, so this page can't train it.
page-recover-settings = Recovery settings
page-recover-method = Method
page-recover-reconstruct = Reconstruct
page-recover-reconstruct-about = Fits the remaining weights so that each layer gives the same output as in the original. It needs a few dozen photos or more, and no labels. The more photos, the better the result, and the longer it takes.
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
page-recover-nothing-cut = Nothing is cut yet, so there is no accuracy to win back.
page-recover-shrinking = The model is being made smaller automatically. You can recover a model here when that is finished.
page-recover-automatic = The model in use was made automatically and is recovered already. “{ page-recover-continue }” trains it further with the method that is chosen here.
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
page-recover-result-unrecovered = Recovery did not improve this model, so it is as it was cut. Measured on { $others ->
        [one] { $others } photo
       *[other] { $others } photos
    } that were also used to choose it, so expect slightly lower numbers on new photos.
page-recover-result-method = “{ $name }”
page-recover-result-then = { $first }, then { $next }
page-recover-result-seed = Seed { $seed }, { $workers ->
        [one] { $workers } worker
       *[other] { $workers } workers
    }. A different number of workers gives different weights.
page-recover-result-taught = The original was also trained on these photos.
page-recover-result-test = The “Test” row is measured on { $photos ->
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

## The page: shrink

page-shrink-title = Make it smaller automatically
page-shrink-lead = Choose a goal and some photos, then press the button. The page tries several ways to prune the model, repairs each result, and trains the best one. You need no other setting on this page.
page-shrink-unsupported = This model uses operators that are not supported here, so the page can't try anything with it. You can still prune it by hand in the “Cut” panel.
page-shrink-settings = Goal and photos
page-shrink-goal = Goal
page-shrink-goal-share = Keep this share of the multiply-adds
page-shrink-goal-drop = Lose at most this much accuracy
page-shrink-share = Multiply-adds to keep (%)
page-shrink-drop-points = Accuracy to lose (points)
page-shrink-no-labels = Your photos have no labels. The page therefore counts how often the smaller model gives a different answer from the original.
page-shrink-no-photos = The page needs photos to see which parts of the model matter, and to repair it. Use photos of the kind that the model will see. They never leave your device.
page-shrink-few-photos = With so few photos, the smaller model will give more wrong answers, and the page can't measure how many. Use photos of the kind that the model will see: a few dozen work, and a few hundred work better.
page-shrink-use-samples = Use { $photos ->
        [one] the sample photo
       *[other] all { $photos } sample photos
    }
page-shrink-training = Training uses the settings that you changed in { $recover }.
page-shrink-training-link = “Recover”
page-shrink-start = Make it smaller
page-shrink-takes = This takes several minutes. You can pause it at any time.
page-shrink-busy = The model is being recovered, or searched for, in the “Recover” panel. You can start here when that is finished.
page-shrink-canceled = Canceled. No smaller model was kept.
page-shrink-canceled-training = Canceled.
page-shrink-missed = Every cut that was tried loses more than { $points } points, so the model stays as it is. Allow a larger loss, or use more photos.

page-shrink-tried = What was tried, and what came of it
page-shrink-column-strategy = What is removed
page-shrink-column-macs = Multiply-adds left
page-shrink-column-accuracy = Accuracy after the cut
page-shrink-column-agreement = Agreement after the cut
page-shrink-column-reconstructed = Then reconstructed
page-shrink-column-divergence = KL
page-shrink-taken = ✓ taken
page-shrink-impossible = Not possible: { $reason }
page-shrink-trying = being tried

page-shrink-done = The smaller model
page-shrink-done-share = { $tried ->
        [one] The page tried one way to cut the model: “{ $strategy }”.
       *[other] The page tried { $tried } ways to cut the model. “{ $strategy }” was taken, because { $measure ->
            [accuracy] it was the most accurate
           *[agreement] its answers diverged least from the original's (KL)
        } on photos that it had not been fitted to.
    }
page-shrink-untrained = It was not trained further, because training did not improve it or you stopped before.
page-shrink-done-drop = The page tried { $tried ->
        [one] { $tried } cut
       *[other] { $tried } cuts, shallow and deep
    }. “{ $strategy }” was taken, because it removed the most without losing more than { $points } points on photos that it had not been fitted to.
page-shrink-steps = The { $steps ->
        [one] step
       *[other] { $steps } steps
    } that made it
page-shrink-steps-about = { $cuts ->
        [one] The same can be done by hand, one step after the other.
       *[other] The model was cut several times. The same can be done by hand, one step after the other. Each share is of what the step before it left.
    }
page-shrink-step-cut = { $granularity ->
        [branch] Remove branches by the criterion “{ $criterion }”
       *[channel] Remove channels by the criterion “{ $criterion }”
    } and keep { $share } of the { $counted ->
        [parameters] parameters
        [bytes] file size
       *[macs] multiply-adds
    }.
page-shrink-step-recover = Recover with “{ $method }”.
page-shrink-step-train = Recover with “{ $method }”: { $length } of { $batch } photos at a learning rate of { $rate }.
page-shrink-step-steps = { $count ->
        [one] { $count } step
       *[other] { $count } steps
    }
page-shrink-step-epochs = { $count ->
        [one] { $count } epoch
       *[other] { $count } epochs
    } in batches
page-shrink-step-minutes = { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
    } in batches
page-shrink-save-steps = Download steps
page-shrink-drop = Stop using this model

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
page-models-other-photos = { $models ->
        [one] { $models } model was
       *[other] { $models } models were
    } measured on other photos and only { $models ->
        [one] appears
       *[other] appear
    } in the list.
page-models-times = The time is for one photo on one thread: the median of { $runs } runs in this browser. Models without a measured time are not shown.
page-models-list = The newest models come first. Each row shows the remaining multiply-adds, the file size, the time per photo, and the accuracy before and after recovery. The page keeps the newest { $most } models.
page-models-macs-left = { $share } of the multiply-adds
page-models-recipe = { $criterion }, { $granularity ->
    [channel] channels
    [branch] branches
    [weight] weights
    [block] blocks
   *[pattern] { $granularity }
}, { $allocation ->
    [global] global
    [uniform] uniform
   *[manual] by hand
}
page-models-automatic = automatic
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
page-export-automatic = The ONNX file is the model that was made automatically. The steps say how, in a form that programs can read.
page-export-needs-criterion = The criterion has to be measured on photos before there is a file. Measure it in the “Cut” panel.
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
page-progress-shrink = { $strategy } ({ $number } of { $total }): { $stage ->
        [scoring] measuring the criterion on photos
        [judging] measuring the model
        [cutting] pruning
       *[reconstructing] reconstructing, layer by layer
    }
page-progress-round-pruning = Round { $round }: pruning
page-progress-round-criterion = Round { $round }: measuring the criterion on photos
page-progress-round-measuring = Round { $round }: measuring the pruned model
page-progress-round-recovering = Round { $round }: recovering

## The page: notices

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
page-shrink-step-use = use the automatic model
page-shrink-step-drop = stop using the automatic model
page-shrink-step-samples = use the sample photos
page-recover-step-use-pruned = use a model without recovery
page-recover-step-use-curve = use a model from the curve
page-recover-step-use-recovered = use a recovered model
page-recover-step-drop-recovered = use the model before recovery
page-recover-step-line = move the line
page-recover-step-axis = change what models are plotted against
page-recover-step-settings = change the recovery settings
page-recover-step-spread = spread the pruning by sensitivity

## The page: errors

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
