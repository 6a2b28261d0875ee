using AlfrescoBackupFlows.Alfresco.Content;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Content;

public sealed class ContentRootTests
{
    [Theory]
    [InlineData("contentstore", true)]
    [InlineData("contentstore/", true)]
    [InlineData("contentstore/tenants/acme", true)]
    [InlineData("contentstore/../contentstore/a", true)]
    [InlineData("contentstore_t1", false)]
    [InlineData("contentstore.deleted", false)]
    [InlineData("", false)]
    public void It_holds_itself_and_what_lies_beneath_it(string directory, bool holds)
    {
        string above = Path.Combine(Path.GetTempPath(), "alf");
        var root = new ContentRoot(ContentRoot.Contentstore, Path.Combine(above, "contentstore"), "dir.contentstore");

        Assert.Equal(holds, root.Holds(Path.Combine(above, directory)));
    }
}
