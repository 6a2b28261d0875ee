using Xunit;

namespace AlfrescoBackupFlows.Platform.Tests;

public sealed class SecretTests
{
    [Fact]
    public void No_secret_that_was_read_is_left_in_a_text_that_is_redacted()
    {
        _ = new Secret("pass-of-the-database & more");
        _ = new Secret("DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=a2V5LW9mLWFjbWU=");

        Assert.Equal(
            "said '[secret]', signed with [secret] for acme, at ?p=[secret]",
            Secret.Redact(
                "said 'pass-of-the-database & more', signed with a2V5LW9mLWFjbWU= for acme, "
                    + "at ?p=pass-of-the-database%20%26%20more"
            )
        );
    }

    [Theory]
    [InlineData("'/a/https:/h/c?sv=1&sig=a%2Fb&se=2' is none", "'/a/https:/h/c?sv=1&sig=[secret]&se=2' is none")]
    [InlineData("https://h/c?SIG=abc is none", "https://h/c?SIG=[secret] is none")]
    [InlineData("sig=none, and /a?design=b", "sig=none, and /a?design=b")]
    public void A_signature_of_a_URL_that_was_given_as_something_else_is_not_shown(string text, string shown)
    {
        Assert.Equal(shown, Secret.RedactSignatures(text));
        Assert.Equal(shown, Secret.Redact(text));
    }
}
