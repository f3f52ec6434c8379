CREATE TYPE floatrange AS RANGE (subtype = float8, multirange_type_name = floats);
CREATE TYPE span AS RANGE (subtype = float8);
