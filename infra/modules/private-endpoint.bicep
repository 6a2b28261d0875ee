@description('A private endpoint for one service of one resource, and its name in the private DNS zone.')
param name string

param location string

param tags object

param subnetId string

@description('The resource that answers.')
param targetId string

@description('Its service: blob, queue, table, file, vault, sites.')
param group string

@description('Empty where the zone is somebody else\'s business, such as a policy of the landing zone.')
param dnsZoneId string

resource endpoint 'Microsoft.Network/privateEndpoints@2025-01-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    customNetworkInterfaceName: '${name}-nic'
    privateLinkServiceConnections: [
      {
        name: name
        properties: {
          privateLinkServiceId: targetId
          groupIds: [group]
        }
      }
    ]
  }

  resource dns 'privateDnsZoneGroups' = if (!empty(dnsZoneId)) {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: group
          properties: { privateDnsZoneId: dnsZoneId }
        }
      ]
    }
  }
}
