using 'main.bicep'

// A sample that reads the environment, as azd and the deploy workflow set it: one file for every environment, and no secret in it.
// infra/README.md has every parameter.

param location = readEnvironmentVariable('AZURE_LOCATION', 'switzerlandnorth')
param installationName = readEnvironmentVariable('ABF_INSTALLATION', 'acme')
param timeZone = readEnvironmentVariable('ABF_TIME_ZONE', 'Europe/Zurich')
param containerImage = readEnvironmentVariable('ABF_IMAGE', 'ghcr.io/example/alfresco-backup-flows:0.1.0')
param registryResourceId = readEnvironmentVariable('ABF_REGISTRY_ID', '')

param planSku = 'P1v3'
param instanceCount = int(readEnvironmentVariable('ABF_INSTANCES', '1'))

param immutability = readEnvironmentVariable('ABF_IMMUTABILITY', 'Unlocked')

param databaseUrl = readEnvironmentVariable('ABF_DATABASE_URL', 'postgresql://db.example.net:5432/alfresco')
param databaseUsername = readEnvironmentVariable('ABF_DATABASE_USERNAME', 'abf')
param databaseToolPath = readEnvironmentVariable('ABF_DATABASE_TOOL_PATH', '/usr/lib/postgresql/16/bin')

param contentAccountName = readEnvironmentVariable('ABF_CONTENT_ACCOUNT', 'acmealfresco')
param contentShareName = readEnvironmentVariable('ABF_CONTENT_SHARE', 'alf-data')

param appSubnetId = readEnvironmentVariable('ABF_APP_SUBNET_ID', '')
param endpointSubnetId = readEnvironmentVariable('ABF_ENDPOINT_SUBNET_ID', '')

param alertEmails = [readEnvironmentVariable('ABF_ALERT_EMAIL', 'backup@example.net')]

// Only for the first deployment, or to change one: what is empty stays as it is in the vault.
param passphrase = readEnvironmentVariable('ABF_PASSPHRASE', '')
param databasePassword = readEnvironmentVariable('ABF_DATABASE_PASSWORD', '')
param contentShareKey = readEnvironmentVariable('ABF_CONTENT_SHARE_KEY', '')
