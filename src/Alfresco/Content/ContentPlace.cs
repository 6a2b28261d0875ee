using System.Runtime.InteropServices;

namespace AlfrescoBackupFlows.Alfresco.Content;

/// <summary>What a content URL stands for.</summary>
public enum ContentPlaceKind
{
    /// <summary>A file beneath a root.</summary>
    File,

    /// <summary>Content that is made up when it is read (<c>spoof://</c>): there is no file.</summary>
    NoFile,

    /// <summary>
    /// Content kept by another system (<c>s3://</c>, <c>azb://</c>, ...), which a backup of the file system does not
    /// protect.
    /// </summary>
    Outside,

    /// <summary>No content URL, or one that leads out of its store.</summary>
    Invalid,
}

/// <param name="Root">For files: the name of the root.</param>
/// <param name="Path">For files: the path beneath it, in bytes.</param>
/// <param name="Protocol">The URL's protocol, as written; empty where there is none.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ContentPlace(ContentPlaceKind Kind, string Root, byte[] Path, string Protocol);
