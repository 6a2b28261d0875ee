using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Hosting.Stores;

namespace AlfrescoBackupFlows.Hosting.Options;

/// <summary>What <c>repository</c> and <c>mirror</c> must be, and that no store lies in the state.</summary>
internal static class StoreRules
{
    public static void Check(BackupOptions options, OptionFaults faults)
    {
        CheckRepository(options.Repository, faults);
        CheckMirrors(options, faults);
        CheckApart(options, faults);
    }

    private static void CheckRepository(RepositoryOptions repository, OptionFaults faults)
    {
        string[] encryptions = [RepositoryOptions.EncryptionPassphrase, RepositoryOptions.EncryptionNone];
        faults.RequireChoice("repository.encryption", repository.Encryption, encryptions);
        if (repository.Url is null)
        {
            faults.Add($"repository.url is not set: write {StoreProviders.UrlForms}");
        }
        else
        {
            CheckUrl("repository.url", repository.Url, faults);
        }

        if (repository.ControlUrl is not null)
        {
            CheckUrl("repository.controlUrl", repository.ControlUrl, faults);
        }
    }

    private static void CheckMirrors(BackupOptions options, OptionFaults faults)
    {
        List<string?> places = [StorePlace.Of(options.Repository.Url)];
        foreach ((int number, MirrorTargetOptions mirror) in options.Mirror.Index())
        {
            string setting = $"mirror.{number}";
            faults.RequireRange($"{setting}.every", mirror.Every, TimeSpan.Zero, TimeSpan.FromDays(366));
            if (mirror.Url is null)
            {
                faults.Add($"{setting}.url is not set: write {StoreProviders.UrlForms}");
                continue;
            }

            CheckUrl($"{setting}.url", mirror.Url, faults);
            if (places.Contains(StorePlace.Of(mirror.Url)))
            {
                faults.Add($"{setting}.url is the repository's own place, or stands here twice: name another");
            }

            places.Add(StorePlace.Of(mirror.Url));
        }
    }

    private static void CheckApart(BackupOptions options, OptionFaults faults)
    {
        (string Setting, string? Url)[] places =
        [
            ("repository.url", options.Repository.Url),
            ("repository.controlUrl", options.Repository.ControlUrl),
            .. options.Mirror.Index().Select(mirror => ($"mirror.{mirror.Index}.url", mirror.Item.Url)),
        ];
        foreach ((string setting, string? url) in places)
        {
            if (url is not null && options.State is { } state && OptionRules.FaultOfPlace(url, state) is { } fault)
            {
                faults.Add($"{setting} {fault}");
            }
        }
    }

    private static void CheckUrl(string setting, string url, OptionFaults faults)
    {
        if (StoreProviders.FaultOf(url) is { } fault)
        {
            faults.Add($"{setting} {fault}");
        }
    }
}
