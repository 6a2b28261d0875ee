@description('The vault and the secrets that the app reads by reference. A secret that is given empty is left as it is in the vault.')
param name string

param location string

param tags object

param principalId string

param workspaceId string

@secure()
param passphrase string

@secure()
param databasePassword string

@secure()
param contentShareKey string

@description('The share is mounted with a key (SMB).')
param usesContentShareKey bool

var secretsUser = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4633458b-17de-408a-b874-0445c86b69e6')

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    // Losing every passphrase loses every set.
    enablePurgeProtection: true
    publicNetworkAccess: 'Disabled'
    networkAcls: { defaultAction: 'Deny', bypass: 'AzureServices' }
  }
}

resource givenPassphrase 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(passphrase)) {
  parent: vault
  name: 'repository-passphrase'
  properties: { value: passphrase, contentType: 'passphrase of the backup repository: keep a copy elsewhere' }
}

resource givenDatabasePassword 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(databasePassword)) {
  parent: vault
  name: 'database-password'
  properties: { value: databasePassword }
}

resource givenContentShareKey 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(contentShareKey)) {
  parent: vault
  name: 'content-share-key'
  properties: { value: contentShareKey, contentType: 'storage account key, used by App Service to mount the share' }
}

resource passphraseSecret 'Microsoft.KeyVault/vaults/secrets@2025-05-01' existing = {
  parent: vault
  name: 'repository-passphrase'
}

resource databasePasswordSecret 'Microsoft.KeyVault/vaults/secrets@2025-05-01' existing = {
  parent: vault
  name: 'database-password'
}

resource contentShareKeySecret 'Microsoft.KeyVault/vaults/secrets@2025-05-01' existing = {
  parent: vault
  name: 'content-share-key'
}

// On each secret, not on the vault: what else is put there later is not the app's.
resource readPassphrase 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(passphraseSecret.id, principalId, secretsUser)
  scope: passphraseSecret
  properties: { roleDefinitionId: secretsUser, principalId: principalId, principalType: 'ServicePrincipal' }
  dependsOn: [givenPassphrase]
}

resource readDatabasePassword 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(databasePasswordSecret.id, principalId, secretsUser)
  scope: databasePasswordSecret
  properties: { roleDefinitionId: secretsUser, principalId: principalId, principalType: 'ServicePrincipal' }
  dependsOn: [givenDatabasePassword]
}

resource readContentShareKey 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (usesContentShareKey) {
  name: guid(contentShareKeySecret.id, principalId, secretsUser)
  scope: contentShareKeySecret
  properties: { roleDefinitionId: secretsUser, principalId: principalId, principalType: 'ServicePrincipal' }
  dependsOn: [givenContentShareKey]
}

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'audit'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
  }
}

output vaultId string = vault.id
output vaultUri string = vault.properties.vaultUri
