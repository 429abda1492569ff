import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { decodeCollectorOutput } from '../../shared/evidence/envelope.ts'
import type { Evidence } from '../../shared/evidence/evidence.ts'
import { idleProcesses, idleProgram } from './idle-process.ts'
import { processIn, runCollector } from './run-collector.ts'

/** Stands wherever a secret stands; none may leave the node. */
const SECRET = 's3cr3t/x+Y=='
const PASSWORD = 's3cr3t@,%2f'

/** A line of a file, and what leaves the node of it. */
const LINES: [string, string][] = [
  ['initial-cluster-token: SECRET', 'initial-cluster-token: "***"'],
  ['initial-cluster-token: "SECRET" # ours', 'initial-cluster-token: "***" # ours'],
  [`'Initial-Cluster-Token': 'SECRET'`, `'Initial-Cluster-Token': "***"`],
  ['discovery-token:   &anchor SECRET', 'discovery-token:   &anchor "***"'],
  [
    '{"initial-cluster-token":"SECRET","client-transport-security":{"auto-tls":true}}',
    '{"initial-cluster-token":"***","client-transport-security":{"auto-tls":true}}',
  ],
  ['{discovery-password: SECRET, auto-tls: true}', '{discovery-password: "***", auto-tls: true}'],
  ['    - --initial-cluster-token=SECRET two', '    - --initial-cluster-token=***'],
  ['    - "--initial-cluster-token=SECRET two"', '    - "--initial-cluster-token=***"'],
  [
    'command: [etcd, --initial-cluster-token=SECRET, --auto-tls]',
    'command: [etcd, --initial-cluster-token=***, --auto-tls]',
  ],
  [
    'command: [etcd,--initial-cluster-token=SECRET,--auto-tls]',
    'command: [etcd,--initial-cluster-token=***,--auto-tls]',
  ],
  [
    `["etcd", "--initial-cluster-token", "SECRET", "--auto-tls"]`,
    `["etcd", "--initial-cluster-token", "***", "--auto-tls"]`,
  ],
  ['    - --discovery-user\n    - SECRET', '    - --discovery-user\n    - "***"'],
  ['    "--initial-cluster-token",\n    "SECRET",', '    "--initial-cluster-token",\n    "***",'],
  [
    '    - name: ETCD_INITIAL_CLUSTER_TOKEN\n      value: SECRET',
    '    - name: ETCD_INITIAL_CLUSTER_TOKEN\n      value: "***"',
  ],
  ['    - {name: AWS_SECRET_ACCESS_KEY, value: SECRET}', '    - {name: AWS_SECRET_ACCESS_KEY, value: "***"}'],
  [
    '{"name":"DB_PASSWORD","value":"SECRET"},{"name":"x","value":"y"}',
    '{"name":"DB_PASSWORD","value":"***"},{"name":"x","value":"y"}',
  ],
  ['initial-cluster-token: >-\n  SECRET', 'initial-cluster-token: >-\n  ***'],
  [
    'exec etcd --initial-cluster-token=SECRET --auto-tls=true',
    'exec etcd --initial-cluster-token=*** --auto-tls=true',
  ],
  [
    '  --initial-cluster-token=SECRET \\\n  --auto-tls=true',
    '  --initial-cluster-token=*** \\\n  --auto-tls=true',
  ],
  ['etcd --discovery-password SECRET \\\n  --auto-tls', 'etcd --discovery-password *** \\\n  --auto-tls'],
  ['  TOKEN="SECRET two" exec etcd --auto-tls', '  TOKEN=*** exec etcd --auto-tls'],
  [
    'listen-client-urls: https://u:PASSWORD@h:1,http://v:PASSWORD@h',
    'listen-client-urls: https://***@h:1,http://***@h',
  ],
  ['discovery: https://discovery.etcd.io/3e86b59982e49066', 'discovery: https://discovery.etcd.io/***'],
]

/** Nothing here is a secret: it leaves the node as it is. */
const HARMLESS = `auto-tls: true
token:
auth-token-ttl: 300
trusted-ca-file: /etc/secrets/token/ca.crt
key-file: "/etc/kubernetes/pki/etcd/server.key"
client-transport-security: {auto-tls: true, cert-file: /secret/x.crt}
volumes:
- secret:
    secretName: etcd-token
  name: token
- projected: {sources: [{serviceAccountToken: {path: token}}]}
- --initial-cluster-token=
- --auto-tls=true # no token: here
- --config-file=/etc/password
script: |
  --initial-cluster-token
    - --auto-tls
  # the secret:
  echo token
  TOKEN=$(cat /run/token) OTHER=$TOKEN exec etcd --auto-tls=true
`

const secretly = (text: string): string =>
  text.replaceAll(/(?<!AWS_)SECRET/g, SECRET).replaceAll(/(?<!_)PASSWORD/g, PASSWORD)

describe.runIf(process.platform === 'linux' && idleProgram() !== undefined)('on its way out', () => {
  const idle = idleProcesses()
  let output = ''
  let evidence: Evidence
  let arguments_ = 0
  let before: string
  let files = 0
  let harmless = 0

  beforeAll(() => {
    before = LINES.map(([line]) => secretly(line)).join('\n')
    writeFileSync(join(idle.folder, 'lines.yml'), before)
    writeFileSync(join(idle.folder, 'harmless.yml'), HARMLESS.replaceAll('\n', '\r\n'))
    arguments_ = idle.start(
      [
        '--initial-cluster-token',
        SECRET,
        `-discovery-password=${SECRET}\n${SECRET}`,
        '--initial-cluster-token',
        '',
        `--listen-client-urls=https://u:${PASSWORD}@h:1,https://h:2`,
        '--auth-token-ttl=300',
        '--initial-cluster-token',
        '--auto-tls=true',
        '--trusted-ca-file=/etc/token',
        '--initial-cluster-token=',
      ],
      {
        argv0: 'etcd',
        env: {
          ETCD_INITIAL_CLUSTER_TOKEN: SECRET,
          ETCD_DISCOVERY_USER: '',
          ETCD_KEY_FILE: '/secret',
          ETCD_PASSWORD: SECRET,
        },
      },
    )
    files = idle.start([`--config-file=${join(idle.folder, 'lines.yml')}`])
    harmless = idle.start([`--config-file=${join(idle.folder, 'harmless.yml')}`])
    output = runCollector().stdout.toString()
    evidence = decodeCollectorOutput(output)
  })
  afterAll(idle.stop)

  it('no secret is in the evidence or in the text', () => {
    for (const secret of [SECRET, PASSWORD]) {
      expect(output).not.toContain(secret)
      expect(JSON.stringify(evidence.processes)).not.toContain(secret)
    }
  })

  it('arguments keep their boundaries, and paths and switches their values', () => {
    expect(processIn(evidence, arguments_).argv).toEqual([
      'etcd',
      '--initial-cluster-token',
      '***',
      '-discovery-password=***',
      '--initial-cluster-token',
      '***',
      '--listen-client-urls=https://***@h:1,https://h:2',
      '--auth-token-ttl=300',
      '--initial-cluster-token',
      '***', // as etcd does: the token takes the next argument, whatever it looks like
      '--trusted-ca-file=/etc/token',
      '--initial-cluster-token=',
    ])
  })

  it('variables keep their names, and empty ones stay empty', () => {
    expect(processIn(evidence, arguments_).environ?.toSorted()).toEqual([
      'ETCD_DISCOVERY_USER=',
      'ETCD_INITIAL_CLUSTER_TOKEN=***',
      'ETCD_KEY_FILE=/secret',
    ])
  })

  it('a file keeps all but the secrets', () => {
    expect(processIn(evidence, files).configFile?.content?.split('\n')).toEqual(
      LINES.flatMap(([, masked]) => masked.split('\n')),
    )
  })

  it('what is no secret stays as it is, byte by byte', () => {
    expect(processIn(evidence, harmless).configFile?.content).toBe(HARMLESS.replaceAll('\n', '\r\n'))
  })

  it('masked YAML has the structure that it had', () => {
    const withoutSecrets = (yaml: string): string =>
      JSON.stringify(parse(yaml)).replace(/\*\*\*|s3cr3t\/x\+Y==( two)?/g, '?')
    const documents = LINES.filter(([line]) => !/:\/\/|},{|^exec|^etcd|^ +TOKEN|^ +--|^ +"/.test(line))
    expect(documents.length).toBeGreaterThan(10)
    for (const [line, masked] of documents)
      expect(withoutSecrets(masked)).toBe(withoutSecrets(secretly(line)))
  })
})
