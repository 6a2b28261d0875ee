using AlfrescoBackupFlows.Alfresco.Databases;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

/// <summary>Takes every row; the first rows, which are those of stores, are where a test steps in.</summary>
internal sealed class HookedRows(Action? onStore = null) : INodeRows
{
    public void Store(long id, string store) => onStore?.Invoke();

    public void Mimetype(long id, string mimetype) { }

    public void Property(long id, string name) { }

    public void Node(long id, long store, string uuid, string? modified) { }

    public void Parent(long child, long parent, bool isHome) { }

    public void Text(long node, long property, string text) { }

    public void Content(long node, long property, string url, long? size, long? mimetype) { }

    public void ContentUse(long node, long property, long data) { }

    public void ContentData(long data, long url, long? mimetype) { }

    public void ContentUrl(long id, string url, long? size) { }
}
