using System.Text;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>What stands in an exported file, in this order. <c>docs/export.md</c> describes it.</summary>
internal static class ExportNames
{
    public const string Format = "AlfrescoBackupFlows export";

    /// <summary>Without a catalogue: what earlier versions read.</summary>
    public const int Version = 1;

    /// <summary>With a catalogue of documents.</summary>
    public const int VersionWithCatalogue = 2;

    public const string ReadMe = "README";
    public const string Manifest = "MANIFEST.json";
    public const string Dump = "database.sql";

    /// <summary>Where the lists of required files are, one for each root that has one.</summary>
    public const string Required = "required/";

    /// <summary>The nodes of the database, where the set has a catalogue of them.</summary>
    public const string Catalogue = "catalogue.jsonl";

    /// <summary>What becomes <c>dir.root</c>; the roots lie in it.</summary>
    public const string Data = "alf_data/";

    /// <summary>There only where the repository has lost something of the set.</summary>
    public const string Lost = "LOST";

    public const string Sums = "SHA256SUMS";

    public static byte[] RequiredOf(string root) => Encoding.UTF8.GetBytes(Required + root);

    /// <summary>The empty path is the root's own.</summary>
    public static byte[] Of(string root, byte[] path)
    {
        byte[] directory = Encoding.UTF8.GetBytes(Data + root);
        return path.Length == 0 ? directory : [.. directory, (byte)'/', .. path];
    }

    /// <summary>The path in a root; null: the name is not in it.</summary>
    public static byte[]? PathIn(string root, byte[] name)
    {
        byte[] directory = Encoding.UTF8.GetBytes(Data + root);
        return !name.AsSpan().StartsWith(directory) ? null
            : name.Length == directory.Length ? []
            : name[directory.Length] == (byte)'/' ? name[(directory.Length + 1)..]
            : null;
    }
}
