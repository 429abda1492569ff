import { randomUUID } from 'node:crypto'
import { XMLBuilder } from 'fast-xml-parser'
import type { AwsError } from './aws-error.ts'

/** A value of an XML answer: a list becomes repeated elements of the same name. */
export type XmlValue = string | number | boolean | XmlValue[] | { [name: string]: XmlValue | undefined }

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@' })

const toXml = (root: string, namespace: string | undefined, content: XmlValue): string =>
  builder.build({
    [root]: { ...(namespace !== undefined && { '@xmlns': namespace }), ...(content as object) },
  })

/** The parameters of a form-encoded request (the AWS query protocol) as they came: `Filter.1.Name` and so on. */
export type QueryParameters = Map<string, string>

export const parseQuery = (body: string): QueryParameters => new Map(new URLSearchParams(body))

/** The numbered members of a list, in their order: `InstanceId.1`, `InstanceId.2`, ... */
export const listOf = (query: QueryParameters, name: string): string[] =>
  numbersUnder(query, name).flatMap((n) => query.get(`${name}.${n}`) ?? [])

/** The numbers in use under a name, for lists of structures: `Filter.1.Name`, `Filter.1.Value.1`. */
export const numbersUnder = (query: QueryParameters, name: string): number[] => {
  const found = [...query.keys()].flatMap((key) =>
    key.startsWith(`${name}.`) ? Number.parseInt(key.slice(name.length + 1), 10) : [],
  )
  return [...new Set(found.filter((n) => n > 0))].sort((a, b) => a - b)
}

/** EC2's answer: the fields stand directly under the response element. */
export const ec2Response = (action: string, fields: { [name: string]: XmlValue | undefined }): string =>
  toXml(`${action}Response`, 'http://ec2.amazonaws.com/doc/2016-11-15/', {
    requestId: randomUUID(),
    ...fields,
  })

export const ec2Error = (error: AwsError): string =>
  toXml('Response', undefined, {
    Errors: { Error: { Code: error.code, Message: error.message } },
    RequestID: randomUUID(),
  })

/** The answer of most services of this protocol: the fields stand in a result element. */
const queryResponse =
  (namespace: string) =>
  (action: string, result: XmlValue): string =>
    toXml(`${action}Response`, namespace, {
      [`${action}Result`]: result,
      ResponseMetadata: { RequestId: randomUUID() },
    })

export const stsResponse = queryResponse('https://sts.amazonaws.com/doc/2011-06-15/')
export const cloudformationResponse = queryResponse('http://cloudformation.amazonaws.com/doc/2010-05-15/')

/** What these services say instead of a result. */
export const queryError = (error: AwsError): string =>
  toXml('ErrorResponse', 'https://sts.amazonaws.com/doc/2011-06-15/', {
    Error: { Type: 'Sender', Code: error.code, Message: error.message },
    RequestId: randomUUID(),
  })
