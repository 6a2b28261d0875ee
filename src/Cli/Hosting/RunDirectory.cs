using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Flows.Options;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>
/// Where the journal of an installation's runs is, beneath <c>state</c>. Several installations may share a state directory, and a run that began
/// against one repository is never resumed against another.
/// </summary>
internal static class RunDirectory
{
    public static string Of(BackupOptions options)
    {
        // Without the query, which may be a signature that is renewed while a run is interrupted.
        string location = options.Repository.Url!.Split('?')[0].TrimEnd('/');
        string stamp = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(location)))[..8];
        return Path.Combine(options.State!, "runs", $"{options.Installation.Name ?? "default"}-{stamp}");
    }
}
