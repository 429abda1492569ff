import { RemovalPolicy } from 'aws-cdk-lib'
import {
  AttributeType,
  BillingMode,
  type ProjectionType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { Construct } from 'constructs'
import { TTL_ATTRIBUTE, tableDefinition } from '../shared/store/table.ts'

/** The table that the functions and the command line ask: the definition is the store's own. */
export const findingsTable = (scope: Construct, key: IKey, removalPolicy: RemovalPolicy): Table => {
  const { KeySchema = [], GlobalSecondaryIndexes = [] } = tableDefinition('')
  const table = new Table(scope, 'Table', {
    ...keysOf(KeySchema),
    billingMode: BillingMode.PAY_PER_REQUEST,
    timeToLiveAttribute: TTL_ATTRIBUTE,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    encryption: TableEncryption.CUSTOMER_MANAGED,
    encryptionKey: key,
    deletionProtection: removalPolicy === RemovalPolicy.RETAIN,
    removalPolicy,
  })
  for (const { IndexName = '', KeySchema: keys = [], Projection } of GlobalSecondaryIndexes)
    table.addGlobalSecondaryIndex({
      indexName: IndexName,
      ...keysOf(keys),
      projectionType: Projection?.ProjectionType as ProjectionType,
      ...(Projection?.NonKeyAttributes && { nonKeyAttributes: Projection.NonKeyAttributes }),
    })
  return table
}

type KeyElement = { AttributeName?: string | undefined; KeyType?: string | undefined }

/** Every key attribute of the definition is text. */
const keysOf = (keys: KeyElement[]) => {
  const attribute = (type: string) => {
    const name = keys.find(({ KeyType }) => KeyType === type)?.AttributeName
    return name === undefined ? undefined : { name, type: AttributeType.STRING }
  }
  const sortKey = attribute('RANGE')
  return {
    partitionKey: attribute('HASH') ?? { name: 'pk', type: AttributeType.STRING },
    ...(sortKey && { sortKey }),
  }
}
