import { describe, expect, it } from 'vitest'
import { declaredCommand } from '../../shared/etcd/declared-command.ts'
import { readManifest } from '../../shared/etcd/manifest.ts'

const found = (
  command: string[],
  rest: { args?: string[]; image?: string; variables?: [string, string][] } = {},
) => {
  const { args = [], image = '', variables = [] } = rest
  return declaredCommand({ command, args, image, variables: new Map(variables) })
}
const argvOf = (...command: string[]): string[] | undefined => found(command)?.argv

describe('the command of an image that starts etcd by itself', () => {
  it.each<[string, string[], string[] | undefined]>([
    ['quay.io/coreos/etcd', [], ['etcd']],
    ['quay.io/coreos/etcd:v3.5.1', ['--auto-tls'], ['etcd', '--auto-tls']],
    ['etcd@sha256:abc', ['-name', 'a'], ['etcd', '-name', 'a']],
    ['registry:5000/etcd', [], undefined],
    ['quay.io/coreos/etcd', ['sleep', '1'], undefined],
    ['quay.io/coreos/etcd-manager', ['--auto-tls'], undefined],
    ['busybox', ['--auto-tls'], undefined],
    ['busybox', [], undefined],
  ])('%s with %j', (image, args, argv) => {
    expect(found([], { args, image })?.argv).toEqual(argv)
  })
  it('counts only where no command is given, and brings no variables and files', () => {
    expect(found(['sleep'], { image: 'etcd' })).toBeUndefined()
    expect(found(['--auto-tls'], { image: 'etcd' })).toBeUndefined()
    expect(found([], { image: 'etcd' })).toEqual({ argv: ['etcd'], assignments: [], sourcesFiles: false })
    expect(found(['etcd'])).toEqual({ argv: ['etcd'], assignments: [], sourcesFiles: false })
  })
})

describe('an etcd is found behind', () => {
  it.each(
    'exec nice ionice env timeout tini dumb-init go-runner kube-log-runner taskset chrt numactl setpriv gosu su-exec nohup setsid catatonit'
      .split(' ')
      .map((wrapper) => [wrapper]),
  )('%s', (wrapper) => {
    expect(argvOf(`/usr/bin/${wrapper}`, '-x', '5', '/bin/etcd', '--name=a')).toEqual([
      '/bin/etcd',
      '--name=a',
    ])
  })
  it.each([['sh'], ['bash'], ['dash'], ['ash']])('%s', (shell) => {
    for (const option of ['-c', '-ec', '-euxc', '-ce'])
      expect(argvOf(`/bin/${shell}`, option, 'etcd --name=a')).toEqual(['etcd', '--name=a'])
  })
  it.each([
    ['if etcd --name=a; then b; fi'],
    ['if x; then etcd --name=a; fi'],
    ['if x; then y; elif etcd --name=a; then z; fi'],
    ['if x; then y; else etcd --name=a; fi'],
    ['while etcd --name=a; do x; done'],
    ['until etcd --name=a; do x; done'],
    ['while x; do etcd --name=a; done'],
    ['! etcd --name=a'],
    ['time etcd --name=a'],
    ['if ! exec etcd --name=a; then x; fi'],
  ])('the grammar of a shell: %s', (script) => {
    expect(argvOf('sh', '-c', script)).toEqual(['etcd', '--name=a'])
  })
})

describe('no etcd is found in', () => {
  it.each([
    [['echo', 'etcd']],
    [['sh', 'etcd']],
    [['sh', '-x', '/run.sh']],
    [['sh', '--rc', 'etcd']],
    [['sh', '-c']],
    [['sh', '-c', 'echo etcd']],
    [['sh', '-C', 'etcd']],
    [['fish', '-c', 'etcd']],
    [['nice', 'sleep']],
    [[]],
  ])('%j', (command) => {
    expect(argvOf(...command)).toBeUndefined()
  })
})

describe('variables that a command or a script sets', () => {
  it('are those between the wrapper and etcd', () => {
    expect(found(['env', 'A=1', '-u', 'B', 'etcd', 'C=3'])?.assignments).toEqual([['A', '1']])
  })
  it('are used in the rest of the script, whatever their form', () => {
    const script = 'LONG_1=true; ETCD_NAME=x; export B=${LONG_1}; etcd --auto-tls=$LONG_1 --name=${B}-$LONG_1'
    expect(found(['sh', '-c', script])).toMatchObject({
      argv: ['etcd', '--auto-tls=true', '--name=true-true'],
      assignments: [
        ['LONG_1', 'true'],
        ['ETCD_NAME', 'x'],
        ['B', 'true'],
      ],
    })
  })
  it('come from the container too', () => {
    expect(found(['sh', '-c', 'etcd --name=$N'], { variables: [['N', 'a']] })?.argv).toEqual([
      'etcd',
      '--name=a',
    ])
  })
  it('in front of another command are not for etcd', () => {
    expect(found(['sh', '-c', 'ETCD_NAME=a sleep 1; etcd'])?.assignments).toEqual([])
  })
  it.each([['. /etc/etcd.env'], ['source /etc/etcd.env']])('may be more after %s', (line) => {
    expect(found(['bash', '-c', `${line}; etcd`])?.sourcesFiles).toBe(true)
  })
})

describe('what an argument becomes is', () => {
  it.each([
    ['$EXTRA'],
    ['${EXTRA}'],
    ['$(EXTRA)'],
    ['`extra`'],
    ['$@'],
    ['$1'],
    ['--auto-tls=$ON'],
    ['-auto-tls=`on`'],
    ['--peer-auto-tls=${ON}'],
    ['--client-cert-auth=$(ON)'],
    ['--peer-client-cert-auth=$ON'],
    ['--config-file=$FILE'],
  ])('not known: %s', (word) => {
    expect(found(['etcd', word])?.unresolved).toBe(word)
    expect(found(['etcd', '--name=a', word])?.unresolved).toBe(word)
  })
  it.each([
    ['--name=$NAME'],
    ['--name=--auto-tls=$NAME'],
    ['--initial-cluster-token=a$b'],
    ['--name=5$'],
    ['--auto-tls=true'],
  ])('known well enough: %s', (word) => {
    expect(found(['etcd', word])).not.toHaveProperty('unresolved')
  })
  it('known well enough as the value of the flag before it', () => {
    expect(found(['etcd', '--name', '$NAME'])).not.toHaveProperty('unresolved')
    expect(found(['etcd', 'name', '$NAME'])?.unresolved).toBe('$NAME')
  })
})

describe('a container of a manifest', () => {
  const etcds = (container: object, kind = 'Pod') => {
    const read = readManifest(JSON.stringify({ kind, spec: { containers: [container] } }))
    if (read.kind === 'invalid') throw new Error(read.message)
    return read.etcds
  }
  it('is told by its name, and has no version and no open question where there is none', () => {
    expect(etcds({ name: 'e', command: ['etcd'] })).toEqual([{ container: 'e', argv: ['etcd'], environ: [] }])
    expect(etcds({ command: ['etcd', null, 5] })).toEqual([
      { container: '', argv: ['etcd', '', '5'], environ: [] },
    ])
  })
  it('has the variables in their order, the last of a name, an empty one too', () => {
    const env = [
      { name: 'A', value: 'a' },
      'odd',
      { name: 'B' },
      { name: 'A', value: '$(A)b' },
      { value: 'c' },
    ]
    expect(etcds({ command: ['etcd'], env })[0]?.environ).toEqual(['A=ab', 'B=', '=c'])
  })
  it.each([
    ['a variable that is not for etcd', { env: [{ name: 'HOST_IP', valueFrom: {} }] }],
    ['an empty list of sources', { envFrom: [] }],
    ['odd lists', { env: 'x', envFrom: 'y' }],
  ])('has all its variables with %s', (_, rest) => {
    expect(etcds({ command: ['etcd'], ...rest })[0]?.environ).toEqual([])
  })
  it('that is none is left out', () => {
    expect(readManifest('kind: Pod\nspec: {containers: [etcd, [etcd]]}')).toEqual({
      kind: 'manifest',
      isPod: true,
      etcds: [],
    })
  })
  it('is looked for only where a workload holds containers', () => {
    expect(readManifest('kind: ConfigMap')).toEqual({ kind: 'manifest', isPod: false, etcds: [] })
    expect(readManifest('kind: Deployment\nspec: {template: 5}')).toEqual({
      kind: 'manifest',
      isPod: false,
      etcds: [],
    })
  })
})
