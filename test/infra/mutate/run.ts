import { brokenIn } from './guarantee.ts'
import { guaranteesOf, synthesized } from './guarantees.ts'
import { mutationsOf } from './mutations.ts'

/** `npm run mutate:template`: takes each protection out of each template in turn; exit code 1 if nothing notices one. */
const main = (): void => {
  let removed = 0
  const survived: string[] = []
  for (const [name, template] of Object.entries(synthesized())) {
    const guarantees = guaranteesOf(name)
    const before = brokenIn(template, guarantees)
    if (before.length > 0) throw new Error(`${name} is broken as it is:\n${before.join('\n')}`)
    const mutations = mutationsOf(template)
    const alive = mutations.filter((mutation) => brokenIn(mutation.template, guarantees).length === 0)
    console.log(`${name}: removed ${mutations.length}, survived ${alive.length}`)
    for (const mutation of alive) console.log(`  survived: ${mutation.removed}`)
    removed += mutations.length
    survived.push(...alive.map((mutation) => mutation.removed))
  }
  console.log(`removed ${removed}, survived ${survived.length}`)
  if (survived.length > 0) process.exitCode = 1
}

main()
