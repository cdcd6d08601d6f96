using System.Buffers;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Heartbeat.Cli.Verify;

/// <summary>What the UUID of a beat tells (RFC 9562, 5.1).</summary>
/// <param name="Ticks">The instant of the beat, UTC, as <see cref="DateTime.Ticks"/>.</param>
/// <param name="Node">48 bits: one process, or one computer.</param>
/// <param name="ClockSequence">A process changes it when the clock was set back.</param>
internal readonly record struct BeatUuid(long Ticks, ulong Node, int ClockSequence)
{
    private const int Length = 36;

    /// <summary>UUID time begins with the Gregorian calendar.</summary>
    private static readonly long Epoch = new DateTime(1582, 10, 15, 0, 0, 0, DateTimeKind.Utc).Ticks;

    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789ABCDEFabcdef-"u8);

    /// <summary>Reads the UUID that a text begins with; it must be of version 1, and end where it should.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out BeatUuid uuid)
    {
        uuid = default;
        if (text.Length < Length || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') return false;
        if (text.Length > Length && (char.IsAsciiLetterOrDigit((char)text[Length]) || text[Length] == '-')) return false;
        if (text[..Length].ContainsAnyExcept(Digits) || text[..Length].Count((byte)'-') != 4) return false;
        var (low, middle) = (Hex(ReadUInt64BigEndian(text)), Hex(ReadUInt32BigEndian(text[9..])));
        var (high, sequence) = (Hex(ReadUInt32BigEndian(text[14..])), Hex(ReadUInt32BigEndian(text[19..])));
        var node = (Hex(ReadUInt32BigEndian(text[24..])) << 32) | Hex(ReadUInt64BigEndian(text[28..]));
        uuid = new(Epoch + (long)(low | (middle << 32) | ((high & 0x0FFF) << 48)), node, (int)sequence & 0x3FFF);
        return high >> 12 == 1 && sequence >> 14 == 0b10;
    }

    /// <summary>Reads eight hexadecimal digits at once, or four: a byte each, then two, then four together.</summary>
    private static ulong Hex(ulong digits)
    {
        var number = (digits & 0x0F0F_0F0F_0F0F_0F0F) + (((digits >> 6) & 0x0101_0101_0101_0101) * 9);
        number = (number | (number >> 4)) & 0x00FF_00FF_00FF_00FF;
        number = (number | (number >> 8)) & 0x0000_FFFF_0000_FFFF;
        return (number | (number >> 16)) & 0xFFFF_FFFF;
    }
}
