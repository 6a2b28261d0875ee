using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.Files.Portable;

namespace AlfrescoBackupFlows.Platform.Tests.Files;

public sealed class PortableOwnTreeTests : OwnTreeContract
{
    private protected override OwnTree Open(string root, bool isPrivate) => new PortableOwnTree(root, "", isPrivate);
}
