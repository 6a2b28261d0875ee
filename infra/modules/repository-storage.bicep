@description('The account that holds the backups, and nothing else: what holds for it (write once, no way in from outside, no deletion) must not hold for the account of the app.')
param name string

param location string

param tags object

param containerName string

@description('Where the repository begins in the container: empty, or ending in a slash. As in ABF__REPOSITORY__URL.')
param prefix string

@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_RAGRS', 'Standard_GZRS', 'Standard_RAGZRS'])
param sku string

@allowed(['Off', 'Unlocked', 'Locked'])
param immutability string

param immutabilityDays int

param softDeleteDays int

@description('-1: never.')
param coolAfterDays int

@description('-1: never.')
param archiveAfterDays int

param deleteRunPagesAfterDays int

param preventDeletion bool

@description('Who backs up and restores.')
param principalId string

param workspaceId string

var blobDataContributor = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')

var archives = archiveAfterDays >= 0
var cools = coolAfterDays >= 0

// The app never deletes; 'abf key' does, which people run as themselves. What is left to a stolen identity is to write a new version over a blob: the old one stays.
var neverDelete = '((!(ActionMatches{\'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete\'})) OR (@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringNotEquals \'${containerName}\'))'

// The service itself would refuse these too, but late and in other words.
var checkedSku = archives && contains(sku, 'ZRS')
  ? fail('archiveAfterDays needs a repositorySku of LRS, GRS or RAGRS: zone-redundant accounts have no archive tier')
  : sku
var checkedDeleteDays = immutability != 'Off' && deleteRunPagesAfterDays >= 0 && deleteRunPagesAfterDays <= immutabilityDays
  ? fail('deleteRunPagesAfterDays must be more than immutabilityDays: until then the store refuses the deletion')
  : deleteRunPagesAfterDays

// Packs whose name begins with f hold listings, which every run reads; all others only a restore or a reading verify opens (docs/repository-format.md).
// A rule takes ten prefixes.
var restoreOnly = [for digit in ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e']: '${containerName}/${prefix}packs/${digit}']

var tiering = union(
  cools ? { tierToCool: { daysAfterModificationGreaterThan: coolAfterDays } } : {},
  // What was brought back for a restore stays for a fortnight.
  archives ? { tierToArchive: { daysAfterModificationGreaterThan: archiveAfterDays, daysAfterLastTierChangeGreaterThan: 14 } } : {}
)

var tieringRules = [
  for (prefixes, i) in [take(restoreOnly, 10), skip(restoreOnly, 10)]: {
    name: 'packs-that-only-a-restore-reads-${i + 1}'
    enabled: true
    type: 'Lifecycle'
    definition: {
      filters: { blobTypes: ['blockBlob'], prefixMatch: prefixes }
      actions: { baseBlob: tiering }
    }
  }
]

var runPagesRule = {
  name: 'pages-of-ended-runs'
  enabled: true
  type: 'Lifecycle'
  definition: {
    filters: { blobTypes: ['blockBlob'], prefixMatch: ['${containerName}/${prefix}runs/'] }
    actions: {
      baseBlob: { delete: { daysAfterModificationGreaterThan: checkedDeleteDays } }
      version: { delete: { daysAfterCreationGreaterThan: checkedDeleteDays } }
    }
  }
}

var rules = concat(cools || archives ? tieringRules : [], deleteRunPagesAfterDays >= 0 ? [runPagesRule] : [])

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: checkedSku }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Disabled'
    networkAcls: { defaultAction: 'Deny', bypass: 'None' }
    encryption: {
      keySource: 'Microsoft.Storage'
      requireInfrastructureEncryption: true
      services: { blob: { enabled: true, keyType: 'Account' } }
    }
    // Can only be switched on when the account is made, and locked only afterwards. At the account, because only here a template can lock it.
    immutableStorageWithVersioning: immutability == 'Off'
      ? null
      : {
          enabled: true
          immutabilityPolicy: {
            state: immutability
            immutabilityPeriodSinceCreationInDays: immutabilityDays
            allowProtectedAppendWrites: false
          }
        }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      isVersioningEnabled: true
      deleteRetentionPolicy: { enabled: true, days: softDeleteDays }
      containerDeleteRetentionPolicy: { enabled: true, days: softDeleteDays }
    }

    resource container 'containers' = {
      name: containerName
      properties: { publicAccess: 'None' }
    }
  }

  resource lifecycle 'managementPolicies' = if (!empty(rules)) {
    name: 'default'
    properties: { policy: { rules: rules } }
    dependsOn: [blobs]
  }
}

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account::blobs::container.id, principalId, blobDataContributor)
  scope: account::blobs::container
  properties: {
    roleDefinitionId: blobDataContributor
    principalId: principalId
    principalType: 'ServicePrincipal'
    condition: neverDelete
    conditionVersion: '2.0'
  }
}

// Who wrote and deleted what: a backup that is gone, or a blob that somebody else wrote, is the first thing somebody will be asked about.
resource changes 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'changes'
  scope: account::blobs
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'StorageWrite', enabled: true }
      { category: 'StorageDelete', enabled: true }
    ]
  }
}

resource noDeletion 'Microsoft.Authorization/locks@2020-05-01' = if (preventDeletion) {
  name: 'holds-backups'
  scope: account
  properties: { level: 'CanNotDelete', notes: 'This account holds backups.' }
}

output accountId string = account.id
output containerUrl string = '${account.properties.primaryEndpoints.blob}${containerName}'
