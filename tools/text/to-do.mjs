/** Files that still hold sentences of their own. The list only gets shorter. */
export const TO_DO = [
  "src/bin/secateur/criteria.rs",
  "src/bin/secateur/data.rs",
  "src/bin/secateur/ends.rs",
  "src/bin/secateur/evaluate.rs",
  "src/bin/secateur/failure.rs",
  "src/bin/secateur/files.rs",
  "src/bin/secateur/inspect.rs",
  "src/bin/secateur/main.rs",
  "src/bin/secateur/model.rs",
  "src/bin/secateur/prune.rs",
  "src/bin/secateur/recover.rs",
  "src/bin/secateur/run.rs",
  "src/bin/secateur/sensitivity.rs",
  "src/bin/secateur/train.rs",
  "src/bin/secateur/trim.rs",
];
