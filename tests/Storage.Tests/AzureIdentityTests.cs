using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Storage.Azure;
using Xunit;

namespace AlfrescoBackupFlows.Storage.Tests;

/// <summary>No other test of this process looks for an identity, so the variables disturb none.</summary>
public sealed class AzureIdentityTests
{
    [Theory]
    [InlineData("AZURE_AUTHORITY_HOST", "nonsense")]
    [InlineData("AZURE_AUTHORITY_HOST", "http://login.example.com")]
    [InlineData("AZURE_TENANT_ID", "no tenant!")]
    [InlineData("AZURE_TOKEN_CREDENTIALS", "nonsense")]
    public void A_variable_that_no_identity_can_be_made_of_is_a_fault_of_the_configuration(string name, string value)
    {
        string? before = Environment.GetEnvironmentVariable(name);
        Environment.SetEnvironmentVariable(name, value);
        try
        {
            PermanentException e = Assert.Throws<PermanentException>(() =>
                AzureContainer.Open(new AzureStoreOptions { Url = "https://acme.blob.core.windows.net/c/some" })
            );

            Assert.Equal(ErrorKind.Configuration, e.Kind);
            Assert.StartsWith(
                "repository.url: no identity can open https://acme.blob.core.windows.net/c/some, because a variable AZURE_* is wrong: ",
                e.Message
            );
        }
        finally
        {
            Environment.SetEnvironmentVariable(name, before);
        }
    }
}
