/** Ten levels of ten aliases each: as a tree, ten thousand million leaves. */
export const bomb = Array.from({ length: 10 }, (_, i) =>
  i === 0
    ? 'a0: &a0 [x,x,x,x,x,x,x,x,x,x]'
    : `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(',')}]`,
)
  .concat('client-transport-security: *a9')
  .join('\n')

export const DEEP = {
  yaml: `kind: Pod\nspec: ${'['.repeat(50_000)}${']'.repeat(50_000)}\n`,
  lists: `kind: Pod\nspec: ${'- '.repeat(50_000)}x\n`,
  json: `{"kind":"Pod","spec":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`,
}

const TEN_MEGABYTES = 10 << 20
const flood = (text: string) => () => text.repeat(Math.ceil(TEN_MEGABYTES / text.length))

/** Ten megabytes each. */
export const FLOODS: Record<string, () => string> = {
  '10 MB of one letter': flood('A'),
  '10 MB of escapes': flood('\x1b[31m'),
  '10 MB of line ends': flood('\n'),
  '10 MB of line ends between words': () => `x${flood('\n')()}y`,
  '10 MB of NUL': flood('\0'),
  '10 MB of blanks': flood(' '),
  '10 MB of headers': flood('FLEET-SCANNER-EVIDENCE 1 '),
  '10 MB of headers in lines': flood('FLEET-SCANNER-EVIDENCE 1 x\n'),
  '10 MB behind a header': () =>
    `FLEET-SCANNER-EVIDENCE 1 base64 100 sha256 ${'0'.repeat(64)}\n${flood('QUJD')()}\nFLEET-SCANNER-EVIDENCE end\n`,
  '10 MB of process list': flood('root 812 1 0 10:00 ? 00:00:01 etcd --auto-tls\n'),
  '10 MB of a manifest': () => `kind: Pod\n${flood('a: b\n')()}`,
  '10 MB of one process': () => `root 812 1 0 10:00 ? 00:00:01 etcd --auto-tls ${flood('x ')()}\n`,
}

/** Texts for `evaluate`: what it takes for a process list, a manifest or evidence, and what it does not. */
export const TEXTS: Record<string, () => string> = {
  'a process list with escapes': () =>
    'root 812 1 0 10:00 ? 00:00:01 etcd --auto-tls --name=\x1b[31mx\x1b]8;;http://e\x07\n',
  'a process list with markup': () => 'root 812 1 0 10:00 ? 00:00:01 etcd --auto-tls=<script>x</script>\n',
  'a process list of blanks': () =>
    `PID ${' '.repeat(200_000)}x\nroot${' '.repeat(200_000)}812 etcd --auto-tls\n`,
  'a head of a process list that never ends': () => `PID ${'CMD '.repeat(50_000)}x\n`,
  'numbers that could be columns': () => `${'1 '.repeat(100_000)}etcd\n`,
  'Evidence JSON nested deeply': () =>
    `{"schemaVersion":1,"processes":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
  'Evidence JSON with a prototype': () =>
    '{"schemaVersion":1,"view":"full","__proto__":{"view":"full","processes":[]},"processes":[{"pid":1,"argv":["etcd","--auto-tls"],"environ":[]}]}',
  'Evidence JSON with escapes': () =>
    JSON.stringify({
      ...{ schemaVersion: 1, instanceId: '\x1b[31m<b>\u202e', view: 'full' },
      processes: [
        { pid: 1, argv: ['etcd', '--auto-tls', '--name=\x1b[0m</script>'], environ: ['\x9b1m=\x1b'] },
      ],
    }),
  'broken JSON with escapes': () => '{"schemaVersion":1,"\x1b[31m<script>":\x1b]8;;http://e\x07',
  'a version of evidence with markup': () => '{"schemaVersion":"\x1b[31m<script>"}',
  'a manifest with escapes': () =>
    'kind: Pod\nspec:\n  containers:\n    - name: "etcd\\e[31m"\n      command: [etcd, --auto-tls, "--name=\\e]8;;http://e\\a<script>"]\n',
  'a manifest that is an alias bomb': () => `kind: Pod\n${bomb}\n`,
  'a manifest of one long key': () => `kind: Pod\n? ${'k'.repeat(1_000_000)}\n: x\n`,
}
