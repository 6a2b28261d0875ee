using System.Text;
using AlfrescoBackupFlows.Alfresco.Content;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Content;

public sealed class ContentUrlTests
{
    [Theory]
    [InlineData("contentstore", "2026/1/a.bin", "store://2026/1/a.bin")]
    [InlineData("contentstore.deleted", "2026/1/a.bin", "store://2026/1/a.bin")]
    [InlineData("stores/s3", "2026/1/a.bin", "s3://2026/1/a.bin", "store://s3/2026/1/a.bin")]
    [InlineData("contentstore", "2026/back\\slash \u0001.bin", "store://2026/back\\slash \u0001.bin")]
    [InlineData("keystore", "keystore")]
    public void All_urls_that_may_lead_to_a_file_are_known(string root, string path, params string[] urls) =>
        Assert.Equal(urls, ContentUrl.AllOf(root, Encoding.UTF8.GetBytes(path)));

    [Fact]
    public void What_is_no_text_has_none() => Assert.Empty(ContentUrl.AllOf("contentstore", [0xff]));
}
