import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import tseslint from 'typescript-eslint';

// house.md: ui -> tools -> cornerstone -> domain, api -> domain. dependency-cruiser enforces the
// folders; here each refusal says what to do instead.
const onlyIn = (folder, group, message) => ({ group, message: `${message} (only ${folder}/ may).` });
const cornerstone = onlyIn('cornerstone', ['@cornerstonejs/*', '@kitware/*'], 'Call src/cornerstone instead of the library');
const react = onlyIn('ui', ['react', 'react-dom', 'react-dom/*'], 'Components live in src/ui');
const tiptap = onlyIn('ui/report', ['@tiptap/*', 'prosemirror-*'], 'The editor library lives in src/ui/report');
const restrict = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });

export default tseslint.config(
  { ignores: ['node_modules', 'coverage'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ['*.js', '*.cjs'] }, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      complexity: ['error', 10],
      eqeqeq: 'error',
      'no-console': 'error', // patient data must never reach the console
      'no-restricted-globals': ['error', { name: 'localStorage', message: 'Nothing of a patient stays in the browser.' }, { name: 'sessionStorage', message: 'Nothing of a patient stays in the browser.' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  { files: ['src/**'], languageOptions: { globals: globals.browser } },
  { files: ['src/domain/**', 'src/api/**', 'src/tools/**'], rules: restrict(cornerstone, react, tiptap) },
  { files: ['src/cornerstone/**'], rules: restrict(react, tiptap) },
  { files: ['src/ui/**', 'src/main.tsx', 'src/report.tsx'], plugins: { 'react-hooks': reactHooks }, rules: { ...reactHooks.configs.recommended.rules, ...restrict(cornerstone, tiptap) } },
  { files: ['src/ui/report/**'], rules: restrict(cornerstone) },
  {
    files: ['src/domain/**'],
    rules: { 'no-restricted-globals': ['error', 'window', 'document', 'navigator', 'fetch', 'localStorage', 'sessionStorage', 'location'] },
  },
  { files: ['*.js', '*.cjs'], ...tseslint.configs.disableTypeChecked, languageOptions: { globals: globals.node } },
);
