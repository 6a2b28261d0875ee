using AlfrescoBackupFlows.Cli.Monitoring;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Monitoring;

public sealed class OtlpVariablesTests
{
    [Fact]
    public void The_number_of_a_tenant_is_no_key_and_tears_no_holes_into_messages() =>
        Assert.Equal(
            ["Bearer%20k3y-of-the-collector", "0123456789"],
            OtlpVariables.KeysIn(
                "authorization=Bearer%20k3y-of-the-collector, x-scope-orgid=1,flag=true,api-key=0123456789,"
            )
        );
}
