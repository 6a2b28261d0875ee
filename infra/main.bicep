metadata description = 'AlfrescoBackupFlows on Azure Functions: one installation of Alfresco, its backup repository, and who watches over it.'

targetScope = 'resourceGroup'

@description('Region of everything here. Take the region of Alfresco\'s database and content share.')
param location string = resourceGroup().location

@description('What every resource\'s name begins with: lower-case letters and digits, since names of storage accounts know no others.')
@minLength(3)
@maxLength(10)
param name string = 'abf'

@description('On every resource.')
param tags object = {}

@description('ABF__INSTALLATION__NAME: names the installation in the repository, for good.')
@minLength(1)
@maxLength(64)
param installationName string

@description('ABF__INSTALLATION__TIMEZONE, and the zone of the schedule: IANA id of the zone in which Alfresco runs.')
param timeZone string

@description('When the nightly backup starts: NCRONTAB, six fields. After Alfresco\'s own index-backup job of 03:00.')
param schedule string = '0 30 3 * * *'

@description('The app\'s image, by digest or by a tag that is never moved: ghcr.io/OWNER/NAME@sha256:...')
param containerImage string

@description('Resource id of the Azure Container Registry that the image comes from. Empty: the image can be pulled by anybody.')
param registryResourceId string = ''

@description('Size of an instance of the dedicated plan.')
@allowed(['P0v3', 'P1v3', 'P2v3', 'P3v3', 'P1mv3', 'P2mv3', 'P3mv3'])
param planSku string = 'P1v3'

@description('How many instances share the files phase.')
@minValue(1)
@maxValue(30)
param instanceCount int = 1

@description('ABF__BACKUP__PARALLELISM: ranges of files captured at once, over all instances.')
@minValue(1)
@maxValue(32)
param parallelism int = 4

@description('Redundancy of the backups. Away from the region of Alfresco by default; zone-redundant kinds have no archive tier.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_RAGRS', 'Standard_GZRS', 'Standard_RAGZRS'])
param repositorySku string = 'Standard_GRS'

@description('Write-once protection of every blob of the repository. Off is for good: it cannot be turned on later, and turned off later it leaves the policy as it is. Locked takes two deployments, Unlocked first; it can never be undone nor shortened: until the days have passed nobody deletes anything, Microsoft included.')
@allowed(['Off', 'Unlocked', 'Locked'])
param immutability string = 'Unlocked'

@description('How long a blob cannot be deleted, from its creation. New sets rest on packs of old ones, whose days have passed. A change holds for blobs that are written afterwards.')
@minValue(1)
@maxValue(3650)
param immutabilityDays int = 35

@description('How long a deleted blob or container can be brought back.')
@minValue(1)
@maxValue(365)
param softDeleteDays int = 30

@description('Packs that only a restore reads go to the cool tier after so many days. -1: never.')
@minValue(-1)
param coolAfterDays int = 30

@description('Packs that only a restore reads go to the archive tier after so many days: a restore then first waits hours for them to come back, and pays for it. -1: never. Read docs/cloud.md before.')
@minValue(-1)
param archiveAfterDays int = -1

@description('Result pages of ended runs are deleted after so many days; more than immutabilityDays. -1: never.')
@minValue(-1)
param deleteRunPagesAfterDays int = 60

@description('A lock on the account that holds the backups.')
param preventDeletion bool = true

@description('Redundancy of the app\'s own account. Standard_LRS where the region has no zones.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param hostSku string = 'Standard_ZRS'

@description('ABF__INSTALLATION__DATABASE__URL: postgresql://, mysql:// or mariadb://, without a password.')
param databaseUrl string

@description('ABF__INSTALLATION__DATABASE__USERNAME; docs/install.md has its least rights.')
param databaseUsername string

@description('ABF__INSTALLATION__DATABASE__TOOLPATH: the directory of the image that holds the tools of the server\'s major version, such as /usr/lib/postgresql/16/bin. Empty: the newest PostgreSQL client, and MariaDB\'s.')
param databaseToolPath string = ''

@description('Goes into the vault. Needed once; left empty later, what the vault has stays.')
@secure()
param databasePassword string = ''

@description('The repository\'s passphrase. Goes into the vault. Needed once; left empty later, what the vault has stays. Losing every passphrase loses every set.')
@secure()
param passphrase string = ''

@description('Storage account of the Azure Files share that holds dir.root.')
param contentAccountName string

@description('The share.')
param contentShareName string

@description('How the share is mounted. SMB: with a storage key, since App Service knows no other way. NFS: by the network alone.')
@allowed(['Smb', 'Nfs'])
param contentProtocol string = 'Smb'

@description('Key of that account, for SMB. Goes into the vault. Needed once; left empty later, what the vault has stays.')
@secure()
param contentShareKey string = ''

@description('dir.root, relative to the share.')
param contentRoot string = ''

@description('Resource id of that account: makes a private endpoint to it here, and its DNS zone. Empty: the network reaches the share already.')
param contentAccountId string = ''

@description('Range of the network that is made here; /24 or larger. Not used where subnets are given.')
param networkPrefix string = '10.70.0.0/24'

@description('A subnet delegated to Microsoft.Web/serverFarms that reaches the database and the share. Empty: a network is made, to be peered with Alfresco\'s.')
param appSubnetId string = ''

@description('The subnet of the private endpoints; goes together with appSubnetId.')
param endpointSubnetId string = ''

@description('False where a landing zone registers private endpoints by itself.')
param createDnsZones bool = true

@description('Resource ids of further networks that the DNS zones are linked to, such as that of the machine for abf init and restores. A network takes one zone of each name.')
param linkNetworkIds string[] = []

@description('private: the HTTP API answers in the network alone.')
@allowed(['private', 'public'])
param httpAccess string = 'private'

@description('App registration that callers of the HTTP API get tokens for. Empty: function keys alone.')
param entraClientId string = ''

@description('Who gets mail when something is wrong.')
param alertEmails string[]

@description('Alarm when no set was sealed for so long.')
@minValue(1)
@maxValue(47)
param maxHoursWithoutSet int = 30

@description('How long logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 90

@description('Without a version: a secret that is rotated is picked up within a day, or at a restart.')
func vaultReference(vaultUri string, secret string) string => '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/${secret})'

var suffix = uniqueString(resourceGroup().id, name)
var contentPath = '/mnt/alf_data'
var repositoryContainer = 'backups'
var checkedEndpointSubnet = empty(appSubnetId) == empty(endpointSubnetId) ? endpointSubnetId : fail('appSubnetId and endpointSubnetId go together')
var makesNetwork = empty(appSubnetId)
var reachesContent = !empty(contentAccountId)

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: '${name}-${suffix}'
  location: location
  tags: tags
}

module monitoring 'modules/monitoring.bicep' = {
  params: {
    name: '${name}-${suffix}'
    location: location
    tags: tags
    retentionDays: logRetentionDays
    principalId: identity.properties.principalId
  }
}

module network 'modules/network.bicep' = if (makesNetwork) {
  params: {
    name: '${name}-${suffix}'
    location: location
    tags: tags
    addressPrefix: networkPrefix
  }
}

var appSubnet = makesNetwork ? network!.outputs.appSubnetId : appSubnetId
var endpointSubnet = makesNetwork ? network!.outputs.endpointSubnetId : checkedEndpointSubnet
// A subnet's id is that of its network and two segments more.
var networkId = makesNetwork ? network!.outputs.networkId : join(take(split(appSubnetId, '/'), 9), '/')

var zoneNames = union(reachesContent ? { file: 'privatelink.file.${environment().suffixes.storage}' } : {}, {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  queue: 'privatelink.queue.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  vault: 'privatelink.vaultcore.azure.net'
  sites: 'privatelink.azurewebsites.net'
})

module zones 'modules/dns-zone.bicep' = [
  for zone in items(zoneNames): if (createDnsZones) {
    name: 'zone-${zone.key}'
    params: {
      zoneName: zone.value
      // Other networks have their own way to the share.
      networkIds: zone.key == 'file' ? [networkId] : concat([networkId], linkNetworkIds)
      tags: tags
    }
  }
]

module repository 'modules/repository-storage.bicep' = {
  params: {
    name: '${name}repo${take(suffix, 10)}'
    location: location
    tags: tags
    containerName: repositoryContainer
    prefix: ''
    sku: repositorySku
    immutability: immutability
    immutabilityDays: immutabilityDays
    softDeleteDays: softDeleteDays
    coolAfterDays: coolAfterDays
    archiveAfterDays: archiveAfterDays
    deleteRunPagesAfterDays: deleteRunPagesAfterDays
    preventDeletion: preventDeletion
    principalId: identity.properties.principalId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module hostStorage 'modules/host-storage.bicep' = {
  params: {
    name: '${name}host${take(suffix, 10)}'
    location: location
    tags: tags
    sku: hostSku
    controlContainerName: 'abf-control'
    principalId: identity.properties.principalId
  }
}

module vault 'modules/vault.bicep' = {
  params: {
    name: '${name}-${suffix}'
    location: location
    tags: tags
    principalId: identity.properties.principalId
    workspaceId: monitoring.outputs.workspaceId
    passphrase: passphrase
    databasePassword: databasePassword
    contentShareKey: contentShareKey
    usesContentShareKey: contentProtocol == 'Smb'
  }
}

module registryPull 'modules/registry-pull.bicep' = if (!empty(registryResourceId)) {
  scope: resourceGroup(split(registryResourceId, '/')[2], split(registryResourceId, '/')[4])
  params: {
    registryName: last(split(registryResourceId, '/'))!
    principalId: identity.properties.principalId
  }
}

var endpoints = concat(
  [
    { of: 'repository', group: 'blob' }
    { of: 'host', group: 'blob' }
    { of: 'host', group: 'queue' }
    { of: 'host', group: 'table' }
    { of: 'vault', group: 'vault' }
  ],
  reachesContent ? [{ of: 'content', group: 'file' }] : []
)

module privateEndpoints 'modules/private-endpoint.bicep' = [
  for endpoint in endpoints: {
    name: 'endpoint-${endpoint.of}-${endpoint.group}'
    params: {
      name: '${name}-${suffix}-${endpoint.of}-${endpoint.group}'
      location: location
      tags: tags
      subnetId: endpointSubnet
      targetId: {
        repository: repository.outputs.accountId
        host: hostStorage.outputs.accountId
        vault: vault.outputs.vaultId
        content: contentAccountId
      }[endpoint.of]
      group: endpoint.group
      dnsZoneId: createDnsZones ? resourceId('Microsoft.Network/privateDnsZones', zoneNames[endpoint.group]) : ''
    }
    dependsOn: [zones]
  }
]

module app 'modules/function-app.bicep' = {
  params: {
    name: '${name}-${suffix}'
    location: location
    tags: tags
    planSku: planSku
    instanceCount: instanceCount
    image: containerImage
    pullsWithIdentity: !empty(registryResourceId)
    identityId: identity.id
    identityClientId: identity.properties.clientId
    subnetId: appSubnet
    httpAccess: httpAccess
    entraClientId: entraClientId
    workspaceId: monitoring.outputs.workspaceId
    contentMount: {
      accountName: contentAccountName
      shareName: contentShareName
      protocol: contentProtocol
      path: contentPath
    }
    contentShareKeyReference: vaultReference(vault.outputs.vaultUri, 'content-share-key')
    settings: union(
      {
        AzureWebJobsStorage__accountName: hostStorage.outputs.accountName
        AzureWebJobsStorage__credential: 'managedidentity'
        AzureWebJobsStorage__clientId: identity.properties.clientId
        APPLICATIONINSIGHTS_CONNECTION_STRING: monitoring.outputs.connectionString
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
        // The timer's zone, as .NET reads it on Linux.
        TZ: timeZone
        // Whom the platform's front end saw, and not the front end itself, is who asks: for the log and the limits.
        ASPNETCORE_FORWARDEDHEADERS_ENABLED: 'true'
        ABF_TASK_HUB: 'abf'
        ABF__SCHEDULE: schedule
        ABF__INSTALLATION__NAME: installationName
        ABF__INSTALLATION__TIMEZONE: timeZone
        ABF__INSTALLATION__ROOT: empty(contentRoot) ? contentPath : '${contentPath}/${contentRoot}'
        ABF__INSTALLATION__DATABASE__URL: databaseUrl
        ABF__INSTALLATION__DATABASE__USERNAME: databaseUsername
        ABF__INSTALLATION__DATABASE__PASSWORD: vaultReference(vault.outputs.vaultUri, 'database-password')
        ABF__REPOSITORY__URL: repository.outputs.containerUrl
        ABF__REPOSITORY__CONTROLURL: hostStorage.outputs.controlUrl
        ABF__REPOSITORY__PASSPHRASE: vaultReference(vault.outputs.vaultUri, 'repository-passphrase')
        ABF__BACKUP__PARALLELISM: string(parallelism)
        // Of the instance alone: caches that can be rebuilt.
        ABF__STATE: '/var/lib/abf'
      },
      empty(databaseToolPath) ? {} : { ABF__INSTALLATION__DATABASE__TOOLPATH: databaseToolPath }
    )
  }
  // A start before these are there fails and is tried again, but late.
  dependsOn: [privateEndpoints, registryPull]
}

module appEndpoint 'modules/private-endpoint.bicep' = if (httpAccess == 'private') {
  name: 'endpoint-app'
  params: {
    name: '${name}-${suffix}-app'
    location: location
    tags: tags
    subnetId: endpointSubnet
    targetId: app.outputs.appId
    group: 'sites'
    dnsZoneId: createDnsZones ? resourceId('Microsoft.Network/privateDnsZones', zoneNames.sites) : ''
  }
  dependsOn: [zones]
}

module alerts 'modules/alerts.bicep' = {
  params: {
    name: '${name}-${suffix}'
    location: location
    tags: tags
    insightsId: monitoring.outputs.insightsId
    emails: alertEmails
    maxHoursWithoutSet: maxHoursWithoutSet
  }
}

@description('For abf on another machine: the same repository.')
output repositoryUrl string = repository.outputs.containerUrl
output controlUrl string = hostStorage.outputs.controlUrl
output apiUrl string = app.outputs.url
output functionAppName string = app.outputs.appName
output identityPrincipalId string = identity.properties.principalId
