"""Customs locations of India and ports of loading in China that forms suggest; others may be typed. Data, no rule."""

INDIA = {
    "INNSA1": "Nhava Sheva (JNCH)", "INMUN1": "Mundra", "INMAA1": "Chennai sea", "INENR1": "Kamarajar (Ennore)",
    "INKAT1": "Kattupalli", "INKRI1": "Krishnapatnam", "INBOM1": "Mumbai (New Custom House)",
    "INCCU1": "Kolkata sea",
    "INHAL1": "Haldia", "INCOK1": "Cochin", "INVTZ1": "Visakhapatnam", "INTUT1": "Tuticorin", "INIXY1": "Kandla",
    "INPAV1": "Pipavav", "INHZA1": "Hazira", "INNML1": "New Mangalore", "INPRT1": "Paradip",
    "INMRM1": "Mormugao (Goa)",
    "INBOM4": "Mumbai air (Sahar)", "INDEL4": "Delhi air", "INMAA4": "Chennai air", "INBLR4": "Bengaluru air",
    "INHYD4": "Hyderabad air", "INCCU4": "Kolkata air", "INAMD4": "Ahmedabad air", "INCOK4": "Cochin air",
    "INPNQ4": "Pune air", "INJAI4": "Jaipur air", "INCJB4": "Coimbatore air", "INIDR4": "Indore air",
    "INGAU4": "Guwahati air", "INTRV4": "Trivandrum air", "INVTZ4": "Visakhapatnam air",
    "INTKD6": "Tughlakabad, Delhi", "INPPG6": "Patparganj, Delhi", "INDER6": "Dadri", "INGHR6": "Garhi Harsaru",
    "INPTL6": "Patli", "INFBD6": "Ballabhgarh/Faridabad", "INBAW6": "Bawal", "INWFD6": "Whitefield, Bengaluru",
    "INSNF6": "Sanathnagar, Hyderabad", "INTLG6": "Talegaon, Pune", "INSBI6": "Sabarmati, Ahmedabad",
    "INLDH6": "Dhandari Kalan, Ludhiana", "ININD6": "Pithampur", "INHSU6": "Hosur", "INILP6": "Irungattukottai",
    "INPMP6": "Pimpri, Pune", "INWAL6": "Waluj, Aurangabad", "INBVC6": "Faridabad Sector 2",
}  # fmt: skip
CHINA = {
    "CNNGB": "Ningbo", "CNSHA": "Shanghai", "CNPVG": "Shanghai Pudong air", "CNSZX": "Shenzhen", "CNTAO": "Qingdao",
    "CNTXG": "Tianjin Xingang", "CNCAN": "Guangzhou", "CNXMN": "Xiamen",
}  # fmt: skip
