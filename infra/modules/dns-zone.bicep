@description('A private DNS zone, linked to the networks that must resolve it.')
param zoneName string

param networkIds string[]

param tags object

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: zoneName
  location: 'global'
  tags: tags

  resource link 'virtualNetworkLinks' = [
    for networkId in networkIds: {
      name: uniqueString(networkId)
      location: 'global'
      tags: tags
      properties: {
        registrationEnabled: false
        // What is not in the zone is asked of the public DNS: the network may use other resources of the same kind.
        resolutionPolicy: 'NxDomainRedirect'
        #disable-next-line use-resource-id-functions // Each is a parameter's.
        virtualNetwork: { id: networkId }
      }
    }
  ]
}

output zoneId string = zone.id
