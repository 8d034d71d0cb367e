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
unit-increase = +{ $value }
unit-decrease = −{ $value }
unit-no-change = ±{ $value }

## Page: before it starts

page-start-title = Secateur
page-start-description = Make a neural network smaller and faster, in your browser.
page-start-no-script = Secateur runs in your browser, so it needs JavaScript and WebAssembly.
page-start-no-text = Secateur could not load its text. Check your connection and reload the page.
