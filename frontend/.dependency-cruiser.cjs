/** The direction of imports, as house.md draws it: ui -> tools -> cornerstone -> domain, api -> domain. */
const folder = (name, allowed, packages = []) => ({
  name: `${name}-imports-downwards`,
  severity: 'error',
  from: { path: `^src/${name}/` },
  to: { path: '^(src|node_modules)/', pathNot: [name, ...allowed].map((f) => `^src/${f}/`).concat(packages.map((p) => `^node_modules/${p}`)) },
});

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: '\\.d\\.ts$' }, to: {} },
    folder('domain', []),
    folder('api', ['domain']),
    folder('cornerstone', ['domain'], ['@cornerstonejs/', '@kitware/']),
    folder('tools', ['cornerstone', 'domain']),
    folder('ui', ['tools', 'cornerstone', 'api', 'domain'], ['(@types/)?react(-dom)?/', 'react', '@tiptap/']),
    { name: 'editor-library-only-in-report', severity: 'error', from: { path: '^src/', pathNot: '^src/ui/report/' }, to: { path: '^node_modules/(@tiptap/|prosemirror-)' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js'], exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
