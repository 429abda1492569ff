import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainText } from '../../shared/report/plain-text.ts'

const ESC = '\u001b'

test('colours, titles and cursor moves of a node never reach a terminal', () => {
  expect(plainText(`${ESC}[31mred${ESC}[0m`)).toBe('red')
  expect(plainText(`${ESC}]0;owned\u0007title`)).toBe('title')
  expect(plainText('a\rb\u009b2Jc')).toBe('a bc')
})

test('a text stays on its line', () => {
  expect(plainText('one\ntwo\u2028three\tfour')).toBe('one two three four')
})

test('marks that turn or hide text are gone', () => {
  expect(plainText('abc\u202edcba\u2066x\u200by\ufeff')).toBe('abcdcbaxy')
})

test('what is too long says so', () => {
  expect(plainText('x'.repeat(300))).toBe(`${'x'.repeat(199)}…`)
  expect(plainText('🐧🐧🐧🐧', 3)).toBe('🐧🐧…')
  expect(plainText('x'.repeat(200))).toHaveLength(200)
})

test('words, markup and other alphabets stay as they are', () => {
  expect(plainText('<b> étcd --auto-tls=true  дом')).toBe('<b> étcd --auto-tls=true  дом')
})

test('whatever a node sends, the result is one short line without control characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      const clean = plainText(text, 50)
      expect(clean).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
      expect([...clean].length).toBeLessThanOrEqual(50)
    }),
  )
})
