import type { ScanTarget } from '../../shared/config/scanner-config.ts'

/** The ids among these names that may be instances of the target: bare ids, and those of its account and region. */
export const idsIn = (
  { account, region }: Pick<ScanTarget, 'account' | 'region'>,
  only: string[],
): string[] =>
  only.flatMap((name) => {
    const place = `${account}/${region}/`
    if (name.startsWith(place)) return [name.slice(place.length)]
    return name.includes('/') ? [] : [name]
  })

/** The names that none of these instances, as `account/region/id`, goes by. */
export const unmatched = (only: string[], found: string[]): string[] =>
  only.filter((name) => !found.some((key) => key === name || key.endsWith(`/${name}`)))
