import { readFileSync } from 'node:fs'
import { buildSync } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { statementsOf } from '../../infra/permissions.ts'
import { synthesized } from './mutate/guarantees.ts'

/** The service of an SDK's package, as IAM calls it; others are called by AWS's own code, or by no code of ours. */
const SERVICES: Record<string, string> = {
  'client-dynamodb': 'dynamodb',
  'lib-dynamodb': 'dynamodb',
  'client-ec2': 'ec2',
  'client-organizations': 'organizations',
  'client-s3': 's3',
  'client-secrets-manager': 'secretsmanager',
  'client-sns': 'sns',
  'client-ssm': 'ssm',
}

/** The document client has names of its own. */
const ITEM = /^(BatchGet|Delete|Get|Put|Update)$/

/** The calls that a function's code imports: of every file of ours that is in its bundle. */
const callsOf = (name: string): Set<string> => {
  const { metafile } = buildSync({
    entryPoints: [`lambdas/${name}/index.ts`],
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    metafile: true,
    outfile: 'index.mjs',
    packages: 'external',
  })
  const files = Object.keys(metafile.inputs).filter((file) => !file.includes('node_modules'))
  return new Set(files.flatMap((file) => importsOf(readFileSync(file, 'utf8'))))
}

/** At the top of a file, or where they are needed. */
const IMPORTS = /\{([^{}]*)\} (?:from|= await import\() ?'@aws-sdk\/([\w-]+)'/g

const importsOf = (source: string): string[] =>
  [...source.matchAll(IMPORTS)].flatMap(([, names = '', from = '']) => {
    const service = SERVICES[from]
    return names.split(',').flatMap((text) => {
      const name = /^(?:paginate(\w+)|(\w+)Command)$/.exec(text.trim())
      const call = name?.[1] ?? name?.[2]
      if (call === undefined) return []
      if (service === undefined) throw new Error(`no service of IAM is known for ${from}`)
      return [`${service}:${from === 'lib-dynamodb' && ITEM.test(call) ? `${call}Item` : call}`]
    })
  })

const templates = Object.values(synthesized())
const allowed = (role: string): string[] => {
  const rights = templates.flatMap(statementsOf).filter(({ of, kind }) => of === role && kind === 'rights')
  const actions = new Set(rights.filter(({ effect }) => effect === 'Allow').flatMap(({ actions }) => actions))
  return [...actions].filter((action) => Object.values(SERVICES).includes(action.split(':')[0] ?? ''))
}

/** Two functions share the modules that call Systems Manager and the table; what is the other's does not go with this one's roles. */
const OTHERS: Record<string, string[]> = {
  // The store is one for all; the role lets this one read.
  'query-findings': ['dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
  'run-scan': ['ssm:ListCommandInvocations', 'ssm:GetCommandInvocation'],
  'parse-results': [
    // The lock, and what has settled: both are a scan's to delete.
    'dynamodb:DeleteItem',
    'ec2:DescribeInstances',
    'ssm:CancelCommand',
    'ssm:DescribeInstanceInformation',
    'ssm:GetDocument',
    'ssm:ListCommands',
    'ssm:SendCommand',
  ],
}

describe.each([
  ['run-scan', 'sender'],
  ['parse-results', 'reader'],
  ['post-to-slack', undefined],
  ['query-findings', undefined],
])('%s', (name, kind) => {
  const rights = [
    ...allowed(`fleet-scanner-${name}`),
    ...(kind === undefined ? [] : allowed(`fleet-scanner-member-${kind}`)),
  ]
  const calls = callsOf(name)

  it('may make every call that is in its code', () => {
    const missing = [...calls].filter((call) => !rights.includes(call) && !OTHERS[name]?.includes(call))
    expect(missing).toEqual([])
  })

  it('may make no call that is not', () => {
    expect(rights.filter((action) => !calls.has(action))).toEqual([])
  })
})
