namespace AlfrescoBackupFlows.Repository.Runs;

/// <summary>What a writer has done so far; all lengths in bytes.</summary>
/// <param name="PlainBytes">Plain bytes that were given to the writer, what was stored already included.</param>
/// <param name="NewChunks">Chunks that were not stored before.</param>
/// <param name="NewBytes">Plain bytes of these.</param>
/// <param name="AddedBytes">Bytes of the packs that were stored.</param>
public readonly record struct WriterTotals(long PlainBytes, long NewChunks, long NewBytes, long AddedBytes);
