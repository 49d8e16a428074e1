namespace Edge.Config.Syntax;

internal ref partial struct Lexer
{
    private TokenKind Number(byte first)
    {
        if (first == '0')
        {
            switch (Ahead)
            {
                case 'x' or 'X':
                    _cursor++;
                    Digits("hexadecimal number", static b => IsDigit(b) || (b | 0x20) is >= 'a' and <= 'f');
                    return TokenKind.Hex;
                case 'b' or 'B':
                    _cursor++;
                    Digits("binary number", static b => b is '0' or '1');
                    return TokenKind.Binary;
                case 'o' or 'O':
                    _cursor++;
                    Digits("octal number", static b => b is >= '0' and <= '7');
                    return TokenKind.Octal;
            }
        }
        DecimalDigits();
        if (IsExponent)
        {
            Exponent();
            return TokenKind.Float;
        }
        if (Ahead != '.')
            return TokenKind.Int;
        _cursor++;
        if (Ahead == '_')
            throw AtCursor(Messages.MisplacedSeparator);
        if (!IsDigit(Ahead))
        {
            // The dot is an access: `1.mb`.
            _cursor--;
            return TokenKind.Int;
        }
        Fraction();
        return TokenKind.Float;
    }

    private readonly bool IsExponent => Ahead is 'e' or 'E';

    private void Fraction()
    {
        DecimalDigits();
        if (IsExponent)
            Exponent();
    }

    private void Exponent()
    {
        _cursor++;
        if (Ahead is '+' or '-')
            _cursor++;
        Digits("number", static b => IsDigit(b));
    }

    private void DecimalDigits()
    {
        while (IsDigit(Ahead) || Ahead == '_')
            _cursor++;
    }

    private void Digits(string name, Func<int, bool> isDigit)
    {
        if (Ahead == '_')
            throw AtCursor(Messages.MisplacedSeparator);
        if (!isDigit(Ahead))
            throw AtCursor(Messages.UnexpectedCharacter(CharacterAhead(), name));
        while (isDigit(Ahead) || Ahead == '_')
            _cursor++;
    }
}
