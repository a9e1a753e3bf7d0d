// What ESLint checks in the scripts of our pages. The packages lie in .venv, which NODE_PATH names.
const js = require("@eslint/js");
const globals = require("globals");

const MODULES = ["wecom/emulator/static/**/*.js"]; // the emulator's page imports its scripts; all others are classic ones
const OF_OTHER_SCRIPTS = {
  signedOut: "readonly", // core/signed_out.js, on every page of the admin
  Chips: "readonly", // scheduling/chips.js
};
// Names of `window` that are mostly a variable that somebody forgot to declare.
const MISTAKABLE = ["event", "find", "length", "name", "parent", "print", "status", "stop", "top"];

module.exports = [
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    languageOptions: { ecmaVersion: 2024, sourceType: "script", globals: { ...globals.browser, ...OF_OTHER_SCRIPTS } },
    rules: {
      "no-undef": ["error", { typeof: true }],
      "no-redeclare": ["error", { builtinGlobals: false }],
      "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "no-implicit-globals": ["error", { lexicalBindings: true }],
      "no-restricted-globals": ["error", ...MISTAKABLE],
      "no-unused-expressions": ["error", { allowTernary: true, allowShortCircuit: true }],
      "array-callback-return": ["error", { checkForEach: false, allowVoid: true }],
      "no-use-before-define": ["error", { functions: false, variables: false }],
      "no-return-assign": ["error", "except-parens"],
      eqeqeq: "error",
      "no-shadow": "error",
      "prefer-const": "error",
      "no-var": "error",
      "block-scoped-var": "error",
      "default-case-last": "error",
      "dot-notation": "error",
      "guard-for-in": "error",
      "no-caller": "error",
      "no-constructor-return": "error",
      "no-duplicate-imports": "error",
      "no-eval": "error",
      "no-extend-native": "error",
      "no-implied-eval": "error",
      "no-invalid-this": "error",
      "no-labels": "error",
      "no-lonely-if": "error",
      "no-new-func": "error",
      "no-script-url": "error",
      "no-self-compare": "error",
      "no-sequences": "error",
      "no-template-curly-in-string": "error",
      "no-throw-literal": "error",
      "no-unmodified-loop-condition": "error",
      "no-unneeded-ternary": "error",
      "no-unreachable-loop": "error",
      "no-useless-concat": "error",
      "no-useless-return": "error",
      "object-shorthand": "error",
      "prefer-promise-reject-errors": "error",
      radix: "error",
      strict: ["error", "never"],
    },
  },
  { files: MODULES, languageOptions: { sourceType: "module" } },
];
