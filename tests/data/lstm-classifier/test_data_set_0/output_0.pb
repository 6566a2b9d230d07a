
BlogitsJ(Dú@ƒÿò?Hp¡@Ýyº¿6j@àA½Æu@7??pŒ°?—­s?