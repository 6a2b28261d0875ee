using 'main.bicep'

// Reads the environment, as azd and the deploy workflow set it: one file for every environment, and no secret in it.
// The variable of a parameter is ABF_ and its name in capitals: ABF_INSTALLATION_NAME. infra/README.md has them all.
// Without it a parameter has the default of main.bicep; one that has none stops the deployment.

param name = readEnvironmentVariable('ABF_NAME', 'abf')

param installationName = readEnvironmentVariable('ABF_INSTALLATION_NAME')
param timeZone = readEnvironmentVariable('ABF_TIME_ZONE')
param schedule = readEnvironmentVariable('ABF_SCHEDULE', '0 30 3 * * *')

param containerImage = readEnvironmentVariable('ABF_CONTAINER_IMAGE')
param registryResourceId = readEnvironmentVariable('ABF_REGISTRY_RESOURCE_ID', '')
param planSku = readEnvironmentVariable('ABF_PLAN_SKU', 'P1v3')
param instanceCount = int(readEnvironmentVariable('ABF_INSTANCE_COUNT', '1'))
param parallelism = int(readEnvironmentVariable('ABF_PARALLELISM', '4'))

param repositorySku = readEnvironmentVariable('ABF_REPOSITORY_SKU', 'Standard_GRS')
param immutability = readEnvironmentVariable('ABF_IMMUTABILITY', 'Unlocked')
param immutabilityDays = int(readEnvironmentVariable('ABF_IMMUTABILITY_DAYS', '35'))
param softDeleteDays = int(readEnvironmentVariable('ABF_SOFT_DELETE_DAYS', '30'))
param coolAfterDays = int(readEnvironmentVariable('ABF_COOL_AFTER_DAYS', '30'))
param archiveAfterDays = int(readEnvironmentVariable('ABF_ARCHIVE_AFTER_DAYS', '-1'))
param deleteRunPagesAfterDays = int(readEnvironmentVariable('ABF_DELETE_RUN_PAGES_AFTER_DAYS', '60'))
param preventDeletion = bool(readEnvironmentVariable('ABF_PREVENT_DELETION', 'true'))
param hostSku = readEnvironmentVariable('ABF_HOST_SKU', 'Standard_ZRS')

param databaseUrl = readEnvironmentVariable('ABF_DATABASE_URL')
param databaseUsername = readEnvironmentVariable('ABF_DATABASE_USERNAME')
param databaseToolPath = readEnvironmentVariable('ABF_DATABASE_TOOL_PATH', '')

param contentAccountName = readEnvironmentVariable('ABF_CONTENT_ACCOUNT_NAME')
param contentShareName = readEnvironmentVariable('ABF_CONTENT_SHARE_NAME')
param contentProtocol = readEnvironmentVariable('ABF_CONTENT_PROTOCOL', 'Smb')
param contentRoot = readEnvironmentVariable('ABF_CONTENT_ROOT', '')
param contentAccountId = readEnvironmentVariable('ABF_CONTENT_ACCOUNT_ID', '')

param networkPrefix = readEnvironmentVariable('ABF_NETWORK_PREFIX', '10.70.0.0/24')
param appSubnetId = readEnvironmentVariable('ABF_APP_SUBNET_ID', '')
param endpointSubnetId = readEnvironmentVariable('ABF_ENDPOINT_SUBNET_ID', '')
param createDnsZones = bool(readEnvironmentVariable('ABF_CREATE_DNS_ZONES', 'true'))
param linkNetworkIds = filter(split(readEnvironmentVariable('ABF_LINK_NETWORK_IDS', ''), ','), id => !empty(id))

param httpAccess = readEnvironmentVariable('ABF_HTTP_ACCESS', 'private')
param entraClientId = readEnvironmentVariable('ABF_ENTRA_CLIENT_ID', '')

param alertEmails = split(readEnvironmentVariable('ABF_ALERT_EMAILS'), ',')
param maxHoursWithoutSet = int(readEnvironmentVariable('ABF_MAX_HOURS_WITHOUT_SET', '30'))
param logRetentionDays = int(readEnvironmentVariable('ABF_LOG_RETENTION_DAYS', '90'))

// Only for the first deployment, or to change one: what is empty stays as it is in the vault.
param passphrase = readEnvironmentVariable('ABF_PASSPHRASE', '')
param databasePassword = readEnvironmentVariable('ABF_DATABASE_PASSWORD', '')
param contentShareKey = readEnvironmentVariable('ABF_CONTENT_SHARE_KEY', '')
