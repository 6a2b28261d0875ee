@description('The function app: a container on a dedicated plan.')
param name string

param location string

param tags object

@description('A plan of fixed size. Elastic plans take instances away, and with them a dump that has run for hours (docs/decisions).')
param planSku string

param instanceCount int

@description('With a digest or a tag that is never moved.')
param image string

@description('The image comes from a registry that asks for the identity.')
param pullsWithIdentity bool

param identityId string

param identityClientId string

param subnetId string

@allowed(['private', 'public'])
param httpAccess string

@description('Of the app registration that callers get their tokens for; empty: function keys alone.')
param entraClientId string

@description('One setting each, but for those that this module makes itself.')
param settings object

param contentMount {
  accountName: string
  shareName: string
  protocol: 'Smb' | 'Nfs'
  path: string
}

@description('Key Vault reference; used with SMB.')
param contentShareKeyReference string

param workspaceId string

var usesShareKey = contentMount.protocol == 'Smb'

// App Service mounts an SMB share with a storage account key and nothing else. It reads the key from a setting, the setting from the vault.
var shareKeySetting = 'CONTENT_SHARE_KEY'

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: name
  location: location
  tags: tags
  kind: 'linux'
  sku: { name: planSku, capacity: instanceCount }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp,linux,container'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    publicNetworkAccess: httpAccess == 'public' ? 'Enabled' : 'Disabled'
    virtualNetworkSubnetId: subnetId
    // What the app sends, what it mounts and its image: so a registry may be one that only the network reaches.
    outboundVnetRouting: { applicationTraffic: true, contentShareTraffic: true, imagePullTraffic: true }
    keyVaultReferenceIdentity: identityId
    siteConfig: {
      linuxFxVersion: 'DOCKER|${image}'
      acrUseManagedIdentityCreds: pullsWithIdentity
      acrUserManagedIdentityID: pullsWithIdentity ? identityClientId : null
      // Timers and queues are read by the app itself: without this it sleeps when nobody calls it.
      alwaysOn: true
      ftpsState: 'Disabled'
      http20Enabled: true
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      // No healthCheckPath: the platform would replace an instance that answers late, and with it the activity that keeps it busy.
    }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: union(settings, usesShareKey ? { '${shareKeySetting}': contentShareKeyReference } : {}, {
      FUNCTIONS_EXTENSION_VERSION: '~4'
      FUNCTIONS_WORKER_RUNTIME: 'dotnet-isolated'
      // Which identity the SDK's ambient credential takes: an app may have several.
      AZURE_CLIENT_ID: identityClientId
      WEBSITES_ENABLE_APP_SERVICE_STORAGE: 'false'
      WEBSITES_PORT: '8080'
      // A first start pulls about a gigabyte; a stop gives activities time to end at a checkpoint.
      WEBSITES_CONTAINER_START_TIME_LIMIT: '900'
      WEBSITES_CONTAINER_STOP_TIME_LIMIT: '120'
    })
  }

  resource mounts 'config' = {
    name: 'azurestorageaccounts'
    properties: {
      content: union(
        {
          type: 'AzureFiles'
          accountName: contentMount.accountName
          shareName: contentMount.shareName
          mountPath: contentMount.path
          protocol: contentMount.protocol
        },
        usesShareKey ? { accessKey: '@AppSettingRef(${shareKeySetting})' } : {}
      )
    }
    dependsOn: [appSettings]
  }

  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  resource authentication 'config' = if (!empty(entraClientId)) {
    name: 'authsettingsV2'
    properties: {
      platform: { enabled: true }
      globalValidation: {
        requireAuthentication: true
        unauthenticatedClientAction: 'Return401'
      }
      httpSettings: { requireHttps: true }
      identityProviders: {
        azureActiveDirectory: {
          enabled: true
          registration: {
            openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
            clientId: entraClientId
          }
          validation: { allowedAudiences: [entraClientId, 'api://${entraClientId}'] }
        }
      }
      login: { tokenStore: { enabled: false } }
    }
  }
}

// What the host says while it cannot reach Application Insights. The container's own output is no category of a function app: that is in its log stream.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'platform'
  scope: app
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'FunctionAppLogs', enabled: true }]
  }
}

output appId string = app.id
output appName string = app.name
output url string = 'https://${app.properties.defaultHostName}'
