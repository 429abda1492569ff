/** Settings of a user's shell that would lead the SDK to their own account, or past the embedded one. */
const CLEARED = [
  'AWS_PROFILE',
  'AWS_SESSION_TOKEN',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  'AWS_USE_FIPS_ENDPOINT',
  'AWS_USE_DUALSTACK_ENDPOINT',
]

/** Where no configuration is: the user's own files are not read. */
const NO_FILE = '/nonexistent/fleet-scanner'

/** Sets variables of this process as Lambda sets a function's, and returns what undoes it. */
export const applyEnvironment = (variables: Record<string, string>): (() => void) => {
  const isolation = {
    AWS_CONFIG_FILE: NO_FILE,
    AWS_SHARED_CREDENTIALS_FILE: NO_FILE,
    AWS_EC2_METADATA_DISABLED: 'true',
  }
  const wanted: Record<string, string> = { ...isolation, ...variables }
  // One for a single service would outweigh the general one.
  const endpoints = Object.keys(process.env).filter((name) => name.startsWith('AWS_ENDPOINT_URL'))
  const cleared = [...CLEARED, ...endpoints]
  const before = [...new Set([...cleared, ...Object.keys(wanted)])].map(
    (name) => [name, process.env[name]] as const,
  )
  for (const name of cleared) delete process.env[name]
  Object.assign(process.env, wanted)
  return () => {
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
  }
}
