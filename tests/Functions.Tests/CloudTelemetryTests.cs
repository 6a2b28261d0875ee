using AlfrescoBackupFlows.Functions.Hosting;
using Xunit;

namespace AlfrescoBackupFlows.Functions.Tests;

public sealed class CloudTelemetryTests
{
    private const string Client = "11111111-2222-3333-4444-555555555555";

    [Theory]
    [InlineData($"ClientId={Client};Authorization=AAD", true, Client)]
    [InlineData($"authorization=aad; clientid={Client}", true, Client)]
    [InlineData("Authorization=AAD", true, null)]
    [InlineData($"ClientId={Client}", false, Client)]
    [InlineData(null, false, null)]
    public void The_identity_is_the_one_that_the_host_uses(string? setting, bool usesIdentity, string? client) =>
        Assert.Equal((usesIdentity, client), CloudTelemetry.IdentityOf(setting));
}
